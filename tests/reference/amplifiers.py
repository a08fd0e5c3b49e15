"""Amplifiers of many kinds, none of them in the gallery: inputs are the sources vi1 and vi2."""

from __future__ import annotations

MODELS = """.model qn npn(is=1e-15 bf=150 vaf=80 br=3 var=20 rb=100 re=1 rc=20
+ cje=1p cjc=0.8p cjs=1p tf=0.3n tr=10n ikf=20m ise=1e-14 ne=1.8 xcjc=0.6 itf=10m xtf=2 vtf=3)
.model qp pnp(is=2e-15 bf=60 vaf=50 rb=80 re=1 rc=20 cje=1.2p cjc=1p tf=1n tr=20n)
.model jn njf(vto=-2 beta=1m lambda=10m is=1e-14 rd=10 rs=10 cgs=3p cgd=1.5p)
.model mn nmos(level=1 vto=0.7 kp=100u gamma=0.4 phi=0.7 lambda=0.03 tox=10n cgso=0.2n cgdo=0.2n
+ cj=0.4m cjsw=0.3n rsh=0)
.model mp pmos(level=1 vto=-0.8 kp=40u gamma=0.5 phi=0.7 lambda=0.04 tox=10n cgso=0.2n cgdo=0.2n cj=0.5m cjsw=0.3n)
.model dd d(is=1e-14 cjo=2p tt=5n rs=2)
*@ input vi1 vi2
"""

BODIES = {
    "degen": """bipolar pair with degeneration, unequal sides
vcc vcc 0 12
vee vee 0 -12
vi1 i1 0 0.1
vi2 i2 0 0.1
q1 c1 i1 e1 qn
q2 c2 i2 e2 qn 1.02
re1 e1 t 220
re2 e2 t 221
q3 t b3 e3 qn
re3 e3 vee 1k
rb1 0 b3 10k
rb2 b3 vee 3.3k
rc1 vcc c1 5.1k
rc2 vcc c2 5.13k
cl1 c1 0 5p
cl2 c2 0 5p
*@ output c1 c2
*@ supply vcc vee
""",
    "folded": """folded cascode
vdd vdd 0 3.3
vi1 i1 0 1.2
vi2 i2 0 1.2
m1 f1 i1 t 0 mn w=60u l=1u ad=60p as=60p pd=62u ps=62u
m2 f2 i2 t 0 mn w=60.3u l=1u ad=60p as=60p pd=62u ps=62u
it t 0 100u
m3 f1 bp vdd vdd mp w=120u l=1u ad=90p as=90p
m4 f2 bp vdd vdd mp w=120u l=1u ad=90p as=90p
m5 x1 bc f1 vdd mp w=80u l=1u ad=80p as=80p
m6 o bc f2 vdd mp w=80u l=1u ad=80p as=80p
m7 x1 bn y1 0 mn w=40u l=1u
m8 o bn y2 0 mn w=40u l=1u
m9 y1 x1 0 0 mn w=40u l=1u
m10 y2 x1 0 0 mn w=40u l=1u
vbc bc 0 1.6
vbn bn 0 1.7
mb bp bp vdd vdd mp w=120u l=1u
ib bp 0 100u
cl o 0 1p
rl o 0 1meg
*@ output o
*@ supply vdd
""",
    "jfet": """JFET pair and a second stage of pnp
vcc vcc 0 15
vee vee 0 -15
vi1 i1 0 0
vi2 i2 0 0
j1 c1 i1 s1 jn
j2 c2 i2 s2 jn 1.05
rs1 s1 t 100
rs2 s2 t 100
q3 t b3 e3 qn
re3 e3 vee 1k
rb1 0 b3 12k
rb2 b3 vee 2.7k
rd1 vcc c1 2.2k
rd2 vcc c2 2.2k
q4 o1 c2 e4 qp
q5 o2 c1 e4 qp
re4 vcc e4 1k
ro1 o1 vee 8.2k
ro2 o2 vee 8.2k
cc o1 c2 2p
*@ output o1 o2
*@ supply vcc vee
""",
    "transformer": """transformer before a bipolar pair
vcc vcc 0 12
vee vee 0 -12
vi1 i1 0 0
vi2 i2 0 0
rs1 i1 p1 600
rs2 i2 p2 600
l1 p1x p2 10m
rl1 p1 p1x 5
l2 s1 0 10m
l3 0 s2 10m
k12 l1 l2 0.95
k13 l1 l3 0.94
k23 l2 l3 0.97
cw p1 s1 10p
rld1 s1 0 10k
rld2 s2 0 10k
q1 c1 s1 t qn
q2 c2 s2 t qn
rt t vee 10k
rc1 vcc c1 10k
rc2 vcc c2 10.1k
*@ output c1 c2
*@ supply vcc vee
""",
    "ina": """instrumentation amplifier of three two-stage amplifiers
vcc vcc 0 15
vee vee 0 -15
vi1 i1 0 0.5
vi2 i2 0 0.5
.subckt amp p n o vcc vee
q1 c1 p t qn
q2 c2 n t qn
qt t bt et qn
ret et vee 1k
rbt 0 bt 13k
rbt2 bt vee 2k
q3 c1 c1 vcc qp
q4 c2 c1 vcc qp
q5 o2 c2 vcc qp
ro o2 vee 10k
q6 vcc o2 o qn
ro6 o vee 5k
cc c2 o2 30p
.ends
x1 i1 g1 o1 vcc vee amp
x2 i2 g2 o2 vcc vee amp
rg g1 g2 1k
rf1 o1 g1 10k
rf2 o2 g2 10.05k
r1 o1 m 10k
r2 m o 10k
r3 o2 p 10k
r4 p 0 10.1k
x3 p m o vcc vee amp
*@ output o
*@ supply vcc vee
""",
    "clamped": """pnp pair behind clamping diodes
vcc vcc 0 5
vi1 i1 0 2.5
vi2 i2 0 2.5
rp1 i1 a 1k
rp2 i2 b 1k
d1 a b dd
d2 b a dd
d3 a vcc dd
d4 0 b dd
q1 c1 a t qp
q2 c2 b t qp
it vcc t 100u
q3 c1 c1 0 qn
q4 c2 c1 0 qn
q5 o c2 0 qn
rl vcc o 20k
cc c2 o 10p
*@ output o
*@ supply vcc
""",
    "cmfb": """differential pair with common-mode feedback by resistors
vdd vdd 0 3.3
vi1 i1 0 1.5
vi2 i2 0 1.5
m1 o1 i1 t 0 mn w=40u l=1u
m2 o2 i2 t 0 mn w=40.4u l=1u
m5 t bn 0 0 mn w=20u l=1u
m8 bn bn 0 0 mn w=20u l=1u
ib vdd bn 40u
m3 o1 cm vdd vdd mp w=20u l=1u
m4 o2 cm vdd vdd mp w=20u l=1u
r1 o1 cm 200k
r2 o2 cm 201k
c1 o1 0 1p
c2 o2 0 1.01p
*@ output o1 o2
*@ supply vdd
""",
    "gilbert": """Gilbert cell off balance
vcc vcc 0 9
vee vee 0 -9
vi1 i1 0 0
vi2 i2 0 0
vlo1 lo1 0 3.02
vlo2 lo2 0 3.0
q1 x1 i1 e1 qn
q2 x2 i2 e2 qn
re e1 e2 500
ia e1 vee 0.5m
ib e2 vee 0.5m
q3 c1 lo1 x1 qn
q4 c2 lo2 x1 qn
q5 c1 lo2 x2 qn
q6 c2 lo1 x2 qn
rc1 vcc c1 4k
rc2 vcc c2 4k
*@ output c1 c2
*@ supply vcc vee
""",
    "miller": """two-stage Miller amplifier
vdd vdd 0 3.3
vi1 i1 0 1.3
vi2 i2 0 1.3
m1 d1 i2 t 0 mn w=40u l=1u
m2 d2 i1 t 0 mn w=40u l=1u
m3 d1 d1 vdd vdd mp w=20u l=1u
m4 d2 d1 vdd vdd mp w=20u l=1u
m5 t bn 0 0 mn w=20u l=1u
m6 o d2 vdd vdd mp w=80u l=1u
m7 o bn 0 0 mn w=40u l=1u
m8 bn bn 0 0 mn w=20u l=1u
ib vdd bn 20u
cc d2 z 2p
rz z o 1k
cl o 0 5p
rl o 0 100k
*@ output o
*@ supply vdd
""",
    "bridge": """filter, controlled sources and feedback through a capacitor
vcc vcc 0 5
vi1 i1 0 2.5
vi2 i2 0 2.5
r1 i1 a 10k
r2 i2 b 10k
c1 a 0 10n
c2 b 0 10.5n
cd a b 100n
g1 0 o a b 1m
ro o 0 100k
co o 0 10p
rv o vcc 1meg
e2 o2 0 o a 2
r9 o2 o3 1k
c9 o3 a 10p
*@ output o3
*@ supply vcc
""",
}

DECKS = {name: body + MODELS for name, body in BODIES.items()}
