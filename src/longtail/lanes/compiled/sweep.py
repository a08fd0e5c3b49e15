"""Responses over frequency from a few exact solves, compiled: for the mathematics see
`longtail.engine.few_solves.frequency_sweep`.
"""

from __future__ import annotations

import math

import numpy as np

from longtail.lanes.compiled.cache import compiled
from longtail.lanes.compiled.executor import run_complex_block
from longtail.lanes.compiled.math import FAST


@compiled(fastmath=FAST, error_model="numpy", nogil=True)
def fill_conductances(model, entries, re, im):  # type: ignore[no-untyped-def]
    """What is the same at every frequency: the inputs of the elimination without capacitances.

    `entries` `[entry, (g, c)]` are rows of `model`.
    """
    for e in range(entries.shape[0]):
        re[e, :] = model[entries[e, 0]]
        im[e, :] = 0.0


@compiled(fastmath=FAST, error_model="numpy", nogil=True)
def fill_reactive(model, entries, reactive, delayed, delays, omega, re, im):  # type: ignore[no-untyped-def]
    """What changes with frequency: y = g + j*omega*c, and what delays turn.

    `reactive` are the places in `entries` that change, `delayed` `[k, (entry, d, tau)]` rows of `model`.
    """
    lanes = re.shape[1]
    for i in range(reactive.shape[0]):
        e = reactive[i]
        g, c, a, b = model[entries[e, 0]], model[entries[e, 1]], re[e], im[e]
        for k in range(lanes):
            a[k] = g[k]
            b[k] = omega * c[k]
    for i in range(delayed.shape[0]):
        a, b = re[delayed[i, 0]], im[delayed[i, 0]]
        d = model[delayed[i, 1]]
        cosine, sine = delays[delayed[i, 2], 0], delays[delayed[i, 2], 1]
        for k in range(lanes):
            a[k] += d[k] * cosine[k]
            b[k] -= d[k] * sine[k]


@compiled(error_model="numpy", nogil=True)
def turn(model, taus, omega, delays):  # type: ignore[no-untyped-def]
    """cos(omega*tau) - 1 and sin(omega*tau) of every delay; a delay that all lanes share is worked out once."""
    for i in range(taus.shape[0]):
        tau = model[taus[i]]
        shared = True
        for k in range(tau.shape[0]):
            shared &= tau[k] == tau[0]
        if shared:
            delays[i, 0, :] = math.cos(omega * tau[0]) - 1.0
            delays[i, 1, :] = math.sin(omega * tau[0])
        else:
            for k in range(tau.shape[0]):
                delays[i, 0, k] = math.cos(omega * tau[k]) - 1.0
                delays[i, 1, k] = math.sin(omega * tau[k])


@compiled(fastmath=FAST, error_model="numpy", nogil=True)
def solve_points(  # type: ignore[no-untyped-def]
    model, entries, reactive, delayed, taus, delays, omegas, code, re, im, outputs, pivots, scale, even, odd, weakest
):
    """Exact solves at every point: determinant (row 0) and numerators `[1 + output, point, lane]`, real parts to
    `even`, imaginary to `odd`. `scale` `[point, pivot]` is what brings the nominal pivots to magnitude one;
    `weakest` becomes the square of the smallest of each lane so scaled."""
    lanes = re.shape[1]
    weakest[:] = math.inf
    fill_conductances(model, entries, re, im)
    for p in range(omegas.shape[0]):
        turn(model, taus, omegas[p], delays)
        fill_reactive(model, entries, reactive, delayed, delays, omegas[p], re, im)
        run_complex_block(code, re, im)
        a, b = even[0, p], odd[0, p]
        for k in range(lanes):
            a[k] = 1.0
            b[k] = 0.0
        for i in range(pivots.shape[0]):
            x, y, f = re[pivots[i]], im[pivots[i]], scale[p, i]
            for k in range(lanes):
                real, imaginary = x[k] * f, y[k] * f
                size = real * real + imaginary * imaginary
                weakest[k] = size if size < weakest[k] else weakest[k]
                product = a[k] * real - b[k] * imaginary
                b[k] = a[k] * imaginary + b[k] * real
                a[k] = product
        for o in range(outputs.shape[0]):
            x, y = re[outputs[o]], im[outputs[o]]
            u, v = even[o + 1, p], odd[o + 1, p]
            for k in range(lanes):
                u[k] = a[k] * x[k] - b[k] * y[k]
                v[k] = a[k] * y[k] + b[k] * x[k]


@compiled(fastmath=FAST, error_model="numpy", nogil=True)
def spread(even_matrix, odd_matrix, even, odd, work, largest, out):  # type: ignore[no-untyped-def]
    """Every frequency from the points: numerator over determinant, into `out` `[output, frequency, 2*lane]`, where
    real and imaginary parts alternate (a complex array seen as floats: that vectorizes);
    `largest` `[output, lane]` becomes the square of the largest magnitude of each in the sweep."""
    frequencies, lanes = even_matrix.shape[0], out.shape[2] // 2
    dre, dim, nre, nim = work[0], work[1], work[2], work[3]
    np.dot(even_matrix, even[0], dre)
    np.dot(odd_matrix, odd[0], dim)
    for f in range(frequencies):
        x, y = dre[f], dim[f]
        for k in range(x.shape[0]):
            q = 1.0 / (x[k] * x[k] + y[k] * y[k])
            x[k] *= q
            y[k] *= q
    for o in range(out.shape[0]):
        np.dot(even_matrix, even[o + 1], nre)
        np.dot(odd_matrix, odd[o + 1], nim)
        most = largest[o]
        most[:] = 0.0
        for f in range(frequencies):
            x, y, u, v, target = dre[f], dim[f], nre[f], nim[f], out[o, f]
            # over the whole block, lanes that are asked for or not: a shorter loop may round its rest otherwise
            for k in range(x.shape[0]):
                real = u[k] * x[k] + v[k] * y[k]
                imaginary = v[k] * x[k] - u[k] * y[k]
                most[k] = max(most[k], real * real + imaginary * imaginary)
                u[k] = real
                v[k] = imaginary
            for k in range(lanes):
                target[2 * k] = u[k]
                target[2 * k + 1] = v[k]


@compiled(fastmath=FAST, error_model="numpy", nogil=True)
def combine(weights, offset, samples, parts, work, largest, out):  # type: ignore[no-untyped-def]
    """Every frequency as a linear function of the points, into `out` `[output, frequency, 2*lane]` as in `spread`.

    `weights` `[output, 2*frequency, 2*point]`, `offset` `[output, 2*frequency]`, `samples` `[output, point, lane]`.
    """
    points, frequencies, lanes = samples.shape[1], weights.shape[1] // 2, out.shape[2] // 2
    for o in range(out.shape[0]):
        for p in range(points):
            for k in range(samples.shape[2]):
                parts[p, k] = samples[o, p, k].real
                parts[points + p, k] = samples[o, p, k].imag
        np.dot(weights[o], parts, work)
        most = largest[o]
        most[:] = 0.0
        for f in range(frequencies):
            u, v, a, b, target = work[f], work[frequencies + f], offset[o, f], offset[o, frequencies + f], out[o, f]
            for k in range(u.shape[0]):
                u[k] += a
                v[k] += b
                most[k] = max(most[k], u[k] * u[k] + v[k] * v[k])
            for k in range(lanes):
                target[2 * k] = u[k]
                target[2 * k + 1] = v[k]


@compiled(fastmath=FAST, error_model="numpy", nogil=True)
def solve_plain(  # type: ignore[no-untyped-def]
    model, entries, reactive, delayed, taus, delays, omegas, code, re, im, outputs, out
):
    """An exact solve at every frequency, into `out` `[output, frequency, lane]`."""
    fill_conductances(model, entries, re, im)
    for p in range(omegas.shape[0]):
        turn(model, taus, omegas[p], delays)
        fill_reactive(model, entries, reactive, delayed, delays, omegas[p], re, im)
        run_complex_block(code, re, im)
        for o in range(outputs.shape[0]):
            x, y, target = re[outputs[o]], im[outputs[o]], out[o, p]
            for k in range(out.shape[2]):
                target[k] = complex(x[k], y[k])


@compiled(error_model="numpy", nogil=True)
def judge(exact, found, largest, tolerance, rounding, trusted, bad):  # type: ignore[no-untyped-def]
    """Mark the lanes whose gains `found` `[output, lane]` differ from the `exact` ones `[output, 0, lane]` by more than
    `tolerance` of the largest of the gain, and `rounding` of the largest of all; a lane that is not a number, or not
    `trusted`, is marked too. `largest` `[output, lane]` are squares. Returns how many."""
    count = 0
    for k in range(found.shape[1]):
        most = 0.0
        for o in range(found.shape[0]):
            most = max(most, largest[o, k])
        good = trusted[k]
        for o in range(found.shape[0]):
            allowed = max(tolerance * math.sqrt(largest[o, k]), rounding * math.sqrt(most))
            # nan compares false
            good = good and abs(exact[o, 0, k] - found[o, k]) <= allowed
        bad[k] = not good
        count += 0 if good else 1
    return count
