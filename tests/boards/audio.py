"""Audio amplifiers of transistors with one input, and feedback from their output to another place."""

POWER = """Audio power amplifier: long-tailed pair, voltage amplifier, class AB output, feedback to the inverting input
vin in 0 0 ac 1
vcc vcc 0 35
vee vee 0 -35
cin in a 10u
rin a b1 1k
rb b1 0 22k
* long-tailed pair with a mirror, tail from a resistor
q1 c1 b2 e qp
q2 c2 b1 e qp
rt vcc t 100
qt e tb t qp
d1 vcc d2 dd
d2 d2 tb dd
rd tb 0 33k
q3 c1 c1 m1 qn
q4 c2 c1 m2 qn
rm1 m1 vee 100
rm2 m2 vee 100
* voltage amplifier with a current source and a V_BE multiplier
q5 d c2 m5 qn
rm5 m5 vee 47
cdom c2 d 100p
q6 u tb v6 qp
r6 vcc v6 100
q7 u x d qn
r7a u x 1.5k
r7b x d 1k
* class AB output
q8 vcc u g qn
q9 vcc g h qpn
r8 g p8 220
q10 vee d k qp
q11 vee k l qpp
r10 k p8 220
rel h o 0.22
rfl l o 0.22
rload o 0 8
rz o z 10
cz z 0 100n
* feedback
rf o b2 22k
rg b2 f 1k
cf f 0 220u
.model qn npn (is=1e-14 bf=150 vaf=80 cje=10p cjc=4p tf=0.6n rb=50)
.model qp pnp (is=1e-14 bf=120 vaf=60 cje=10p cjc=5p tf=0.8n rb=50)
.model qpn npn (is=1e-12 bf=80 vaf=60 cje=500p cjc=200p tf=10n rb=2)
.model qpp pnp (is=1e-12 bf=80 vaf=60 cje=500p cjc=200p tf=10n rb=2)
.model dd d (is=1e-14)
.end
"""

PHONO = """Phono preamplifier: two transistors in series feedback with an RIAA network
vin in 0 0 ac 1
vcc vcc 0 24
cin in b1 1u
rb b1 x2 100k
q1 c1 b1 e1 qn
rc1 vcc c1 150k
re1 e1 0 1k
q2 c2 c1 e2 qn
rc2 vcc c2 10k
re2 e2 x2 470
rx x2 0 1k
cout c2 o 10u
rl o 0 47k
rf1 c2 r1 180k
cf1 r1 r2 1n
rf2 c2 y 1meg
cf2 y e1 3.3n
rf3 r2 e1 1k
.model qn npn (is=1e-14 bf=400 vaf=100 cje=5p cjc=3p tf=0.4n rb=100)
.end
"""
