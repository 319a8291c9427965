"""The marginal field of a Gaussian mixture in ball arithmetic, and how ill-conditioned it is at a point.

Written without `refimpl.formulas` and by another route: conditioning with full covariance matrices through
`arb_mat.solve`, and no eigenbasis. Floating-point inputs are
taken as exact; at 256 bits every digit that a test looks at is certain.
"""

from dataclasses import dataclass

import numpy as np
from flint import arb, arb_mat, ctx

BITS = 256
RELATIVE = arb(2) ** -60  # relative step of the condition numbers


def linear(t, sigma_min):
    slope = 1 - arb(sigma_min)
    sigma = 1 - slope * t
    return t, sigma, arb(1), -slope * sigma


def trigonometric(t):
    sine, cosine, quarter = (t / 2).sin_pi(), (t / 2).cos_pi(), arb.pi() / 2
    return sine, cosine, quarter * cosine, -quarter * cosine * sine


def variance_preserving(t, beta_min, beta_max):
    s, low, high = 1 - t, arb(beta_min), arb(beta_max)
    rate, signal = low + (high - low) * s, (-(low * s + (high - low) * s * s / 2)).exp()
    return signal.sqrt(), (1 - signal).sqrt(), rate / 2 * signal.sqrt(), -rate / 2 * signal


@dataclass(frozen=True)
class Ball:
    """Inputs are one flat list: the point, the time, the weights, the means, the upper triangles of the covariances."""

    schedule: object  # a function of t that returns alpha, sigma, alpha', sigma sigma'
    weights: np.ndarray
    means: np.ndarray
    covariances: np.ndarray

    def inputs(self, x, t):
        rows, columns = np.triu_indices(len(x))
        mixture = [self.weights, self.means.ravel(), self.covariances[:, rows, columns].ravel()]
        return [arb(float(v)) for v in np.concatenate([x, [t], *mixture])]

    def component(self, i, inputs):
        """Of component i: its density, E[data | x], its inverse covariance times (x - mean), the velocity's slope."""
        k, d = self.means.shape
        entries, one = d * (d + 1) // 2, _identity(d)
        x, t = arb_mat(d, 1, inputs[:d]), inputs[d]
        first_mean = d + 1 + k + i * d
        first_entry = d + 1 + k + k * d + i * entries
        mean = arb_mat(d, 1, inputs[first_mean : first_mean + d])
        covariance = _symmetric(inputs[first_entry : first_entry + entries], d)
        alpha, sigma, dalpha, half_rate = self.schedule(t)
        precision = (covariance * alpha**2 + one * sigma**2).solve(one)
        white = precision * (x - mean * alpha)
        quadratic = ((x - mean * alpha).transpose() * white)[0, 0]
        density = (-quadratic / 2).exp() * (precision.det() / (2 * arb.pi()) ** d).sqrt()
        slope = (covariance * precision * (alpha * dalpha) + precision * half_rate).trace()
        return density, mean + covariance * white * alpha, white, slope

    def average(self, components, inputs):
        """All of NAMES, each as a list of balls."""
        k, d = self.means.shape
        densities, data, white, slopes = zip(*components, strict=True)
        _, sigma, dalpha, half_rate = self.schedule(inputs[d])
        joint = [weight * density for weight, density in zip(inputs[d + 1 : d + 1 + k], densities, strict=True)]
        total = sum(joint, arb(0))
        shares = [p / total for p in joint]
        velocities = [m * dalpha + w * half_rate for m, w in zip(data, white, strict=True)]
        velocity, score, denoiser, noise = (
            sum((v * p for v, p in zip(vectors, shares, strict=True)), arb_mat(d, 1)) * scale
            for vectors, scale in ((velocities, 1), (white, -1), (data, 1), (white, sigma))
        )
        # d(share)/dx = share · (own score - score): what the moving shares add to the mean slope
        divergence = sum((p * s for p, s in zip(shares, slopes, strict=True)), arb(0))
        for p, u, w in zip(shares, velocities, white, strict=True):
            divergence -= p * (u.transpose() * (w + score))[0, 0]
        vectors = ([v[i, 0] for i in range(d)] for v in (velocity, score, denoiser, noise))
        return [*vectors, [total.log()], [divergence]]

    def field(self, inputs):
        """All of NAMES, each as a list of balls."""
        return self.average([self.component(i, inputs) for i in range(len(self.weights))], inputs)

    def values_and_conditions(self, x, t):
        """{quantity: (exact value, condition number)}, the value as a list of balls, the condition number a float.

        The condition number is the norm over the row of |output| plus the sum over all inputs of
        |input · d(output)/d(input)|, the derivatives as difference quotients. Where a derivative in time is infinite
        it is left out: that only makes the number smaller.
        """
        before = ctx.prec
        ctx.prec = BITS
        try:
            (k, d), inputs = self.means.shape, self.inputs(x, t)
            components = [self.component(i, inputs) for i in range(k)]
            exact = self.average(components, inputs)
            rows = [[abs(value) for value in row] for row in exact]
            # A mean or a covariance moves one component, a weight none, the point and the time move all.
            triangles = d * (d + 1) // 2
            owners = [*[range(k)] * (d + 1), *[()] * k]
            owners += [(i,) for size in (d, triangles) for i in range(k) for _ in range(size)]
            for position, (value, moving) in enumerate(zip(inputs, owners, strict=True)):
                if value == 0:
                    continue
                moved = [*inputs]
                moved[position] = value * (1 - RELATIVE)
                then = [self.component(i, moved) if i in moving else c for i, c in enumerate(components)]
                for name, row, now, new in zip(NAMES, rows, exact, self.average(then, moved), strict=True):
                    if position == d and t == 1 and name == "noise_prediction":
                        continue
                    for j in range(len(row)):
                        row[j] += abs(now[j] - new[j]) / RELATIVE
            return {
                name: (row, float(np.linalg.norm([float(v) for v in condition])))
                for name, row, condition in zip(NAMES, exact, rows, strict=True)
            }
        finally:
            ctx.prec = before


NAMES = ("velocity", "score", "denoiser", "noise_prediction", "log_density", "divergence")


def error(computed, exact):
    """Norm of computed - exact as far as it is certain: what the balls leave open is not counted."""
    before = ctx.prec
    ctx.prec = BITS
    try:
        pairs = zip(np.atleast_1d(computed), exact, strict=True)
        return float(np.linalg.norm([float((arb(float(c)) - e).abs_lower()) for c, e in pairs]))
    finally:
        ctx.prec = before


def _symmetric(triangle, d):
    matrix = arb_mat(d, d)
    for value, (i, j) in zip(triangle, zip(*np.triu_indices(d), strict=True), strict=True):
        matrix[int(i), int(j)] = matrix[int(j), int(i)] = value
    return matrix


def _identity(d):
    return arb_mat(d, d, [int(i == j) for i in range(d) for j in range(d)])


class Fixed:
    """The field of a mixture on the linear path at one time: what does not depend on the point is computed once."""

    def __init__(self, mixture, t):
        self.mixture = mixture
        before = ctx.prec
        ctx.prec = BITS
        try:
            (k, d), t = mixture.means.shape, arb(float(t))
            self.alpha, self.sigma, self.dalpha, self.half_rate = linear(t, 0)
            self.log_weights = [arb(float(w)).log() for w in mixture.weights]
            self.means = [arb_mat(d, 1, [arb(float(v)) for v in mean]) for mean in mixture.means]
            self.parts = []
            for i in range(k):
                if mixture.bases is None:
                    diagonal = [arb(float(v)) for v in mixture.variances[i]]
                    precision = [1 / (self.alpha**2 * v + self.sigma**2) for v in diagonal]
                    log_det = sum((-p.log() for p in precision), arb(0))
                    pairs = zip(diagonal, precision, strict=True)
                    own = sum(((self.alpha * v + self.half_rate) * p for v, p in pairs), arb(0))
                    self.parts.append((diagonal, precision, log_det, own))
                    continue
                triangle = [arb(float(v)) for v in mixture.covariances[i][np.triu_indices(d)]]
                covariance = _symmetric(triangle, d)
                precision = (covariance * self.alpha**2 + _identity(d) * self.sigma**2).solve(_identity(d))
                own = (covariance * precision * self.alpha + precision * self.half_rate).trace()
                self.parts.append((covariance, precision, -precision.det().log(), own))
        finally:
            ctx.prec = before

    def values(self, x):
        """{quantity: exact value, a list of balls} at one point."""
        before = ctx.prec
        ctx.prec = BITS
        try:
            d = len(x)
            x, logs, whites, datas, slopes = arb_mat(d, 1, [arb(float(v)) for v in x]), [], [], [], []
            for log_weight, mean, (spread, precision, log_det, own) in zip(
                self.log_weights, self.means, self.parts, strict=True
            ):
                rest = x - mean * self.alpha
                if self.mixture.bases is None:
                    white = arb_mat(d, 1, [rest[i, 0] * p for i, p in enumerate(precision)])
                    data = mean + arb_mat(d, 1, [white[i, 0] * v for i, v in enumerate(spread)]) * self.alpha
                else:
                    white = precision * rest
                    data = mean + spread * white * self.alpha
                quadratic = (rest.transpose() * white)[0, 0]
                logs.append(log_weight - (quadratic + log_det + d * (2 * arb.pi()).log()) / 2)
                whites.append(white)
                datas.append(data)
                slopes.append(own)
            largest = logs[int(np.argmax([float(v.mid()) for v in logs]))]
            shares = [(v - largest).exp() for v in logs]
            total = sum(shares, arb(0))
            shares = [s / total for s in shares]
            velocities = [m + w * self.half_rate for m, w in zip(datas, whites, strict=True)]

            def mean_of(vectors):
                return sum((v * s for v, s in zip(vectors, shares, strict=True)), arb_mat(d, 1))

            white = mean_of(whites)
            divergence = arb(0)
            for s, own, u, w in zip(shares, slopes, velocities, whites, strict=True):
                divergence += s * (own - (u.transpose() * (w - white))[0, 0])
            vectors = (mean_of(velocities), -white, mean_of(datas), white * self.sigma)
            rows = [[v[i, 0] for i in range(d)] for v in vectors]
            return dict(zip(NAMES, [*rows, [largest + total.log()], [divergence]], strict=True))
        finally:
            ctx.prec = before
