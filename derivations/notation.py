"""THE symbol table: how each quantity is written, typeset, named in code, what it means and how it moves.

Time runs from noise at t = 0 to data at t = 1; a point of the path is x = alpha data + sigma noise.
The names of this module are the vocabulary of every chapter (`from derivations.notation import *`).
"""

import sympy as sp

from derivations.engine.equation import Variable

# ---- time, schedule ----------------------------------------------------------------------------
t, s = sp.symbols("t s", positive=True)
alpha, sigma = (sp.Function(name, positive=True)(t) for name in ("alpha", "sigma"))
dalpha, dsigma = alpha.diff(t), sigma.diff(t)
alpha_s, sigma_s = alpha.subs(t, s), sigma.subs(t, s)
half_variance_rate, log_snr = sp.symbols("half_variance_rate log_snr", real=True)
sigma_min = sp.Symbol("sigma_min", nonnegative=True)
beta_min, beta_max, beta, total_beta = sp.symbols("beta_min beta_max beta total_beta", positive=True)
linear_time, next_linear_time, total_scale, next_total_scale = sp.symbols(
    "linear_time next_linear_time total_scale next_total_scale", positive=True
)
drift, squared_diffusion = sp.symbols("drift squared_diffusion", real=True)

# ---- points and what a network may predict -------------------------------------------------------
x, x_2, x_3, data, data_2, data_3 = sp.symbols("x x_2 x_3 data data_2 data_3", real=True)
points, data_points = (x, x_2, x_3), (data, data_2, data_3)
noise, x_s, velocity, v_prediction, score = sp.symbols("noise x_s velocity v_prediction score", real=True)
velocities = (velocity, *sp.symbols("velocity_2 velocity_3", real=True))
linear_velocity, predicted_data = sp.symbols("linear_velocity predicted_data", real=True)
posterior_mean, expected_noise, marginal_velocity, expected_v_prediction, marginal_score = sp.symbols(
    "posterior_mean expected_noise marginal_velocity expected_v_prediction marginal_score", real=True
)
divergence, log_density, gain = sp.symbols("divergence log_density gain", real=True)
marginal_density = sp.Symbol("marginal_density", positive=True)
first_moment, second_moment = (sp.Function(name, real=True)(t) for name in ("first_moment", "second_moment"))
log_odds, score_excess, reference_log_density = sp.symbols("log_odds score_excess reference_log_density", real=True)
standard_point = sp.Function("standard_point", real=True)(t)

# ---- data, and densities left abstract ------------------------------------------------------------
mean = sp.Symbol("mean", real=True)
variance, reference_variance = sp.symbols("variance reference_variance", positive=True)
covariance, posterior_covariance = sp.symbols("covariance posterior_covariance", positive=True)
own_variance, common_variance = sp.symbols("own_variance common_variance", positive=True)
prior_score, likelihood_score, posterior_score = sp.symbols("prior_score likelihood_score posterior_score", real=True)
conditional_densities = tuple(
    sp.Function(f"p_{d}", positive=True)(*points[:d], *data_points[:d], t) for d in (1, 2, 3)
)
conditional_density = conditional_densities[0]
prior_density = sp.Function("q", positive=True)(data)
some_velocity = sp.Function("u", real=True)(x, data, t)

# ---- mixtures: one value for each component k = 1 .. K ---------------------------------------------
k, components = sp.symbols("k K", integer=True, positive=True)
weight = sp.IndexedBase("w", positive=True)[k]
component_prior = sp.Function("q_k", positive=True)(k, data)
component_density = sp.Function("p_k", positive=True)(k, x)
component_velocity = sp.Function("u_k", real=True)(k, x)
component_score, component_divergence = (sp.Function(name, real=True)(k, x) for name in ("s_k", "d_k"))

# ---- marginals: coordinates in pairs, components, finite data sets -----------------------------------
posterior_mean_2, marginal_score_2, posterior_variance, pair_covariance = sp.symbols(
    "posterior_mean_2 marginal_score_2 posterior_variance pair_covariance", real=True
)
mean_slope, mean_cross_slope, score_slope, score_cross_slope = sp.symbols(
    "mean_slope mean_cross_slope score_slope score_cross_slope", real=True
)
pair_prior = sp.Function("q_pair", positive=True)(data, data_2)
component_pair_prior = sp.Function("q_pair_k", positive=True)(k, data, data_2)
component_expected_data, component_expected_data_2, component_expected_noise, component_pair_covariance = (
    sp.Function(name, real=True)(k, x) for name in ("m_k", "m_2_k", "e_k", "c_k")
)
responsibility = sp.Function("r_k", positive=True)(k, x)
equal_weight = sp.Symbol("equal_weight", positive=True)
nearest_squared_distance = sp.Symbol("nearest_squared_distance", real=True)
dimension = sp.Symbol("dimension", integer=True, positive=True)
data_point = sp.Function("z_k", real=True)(k)
squared_distance = sp.Function("D_k", positive=True)(k, x)

# ---- learning ---------------------------------------------------------------------------------------
theta = sp.Symbol("theta", real=True)
network = sp.Function("v", real=True)(theta, x)
conditional_loss, marginal_loss = (sp.Function(name, real=True)(theta) for name in ("conditional_loss", "marginal_loss"))


def over_components(term):
    """The sum over the components, as typed."""
    total = sp.Expr.__new__(sp.Sum, sp.sympify(term), sp.Tuple(k, 1, components))
    total.is_commutative = True  # `Sum(...)` would put a factor 1 in front of a typed term
    return total


def over_space(term, variable=x):
    """The integral over the real line, as typed."""
    total = sp.Expr.__new__(sp.Integral, sp.sympify(term), sp.Tuple(variable, -sp.oo, sp.oo))
    total.is_commutative = True
    return total


def over_plane(term):
    """The integral over two coordinates of the data point, as typed."""
    whole = [sp.Tuple(z, -sp.oo, sp.oo) for z in (data, data_2)]
    total = sp.Expr.__new__(sp.Integral, sp.sympify(term), *whole)
    total.is_commutative = True
    return total


UNIT, REAL, POSITIVE, SCALE = (0.02, 0.98), (-3.0, 3.0), (0.05, 4.0), (0.05, 1.0)
ROWS = [
    Variable(t, "t", "t", "time, 0 at noise and 1 at data", "[0, 1]", UNIT),
    Variable(s, "s", "s", "another time, where a step ends", "[0, 1]", UNIT),
    Variable(alpha, "alpha_t", r"\alpha_t", "signal scale", "[0, 1]", SCALE),
    Variable(sigma, "sigma_t", r"\sigma_t", "noise scale", "[0, 1], positive where it divides", SCALE),
    Variable(dalpha, "dalpha_t", r"\dot\alpha_t", "time derivative of the signal scale", "real"),
    Variable(dsigma, "dsigma_t", r"\dot\sigma_t", "time derivative of the noise scale", "real"),
    Variable(alpha_s, "alpha_s", r"\alpha_s", "signal scale at time s", "[0, 1]", SCALE),
    Variable(sigma_s, "sigma_s", r"\sigma_s", "noise scale at time s", "[0, 1]", SCALE),
    Variable(alpha.subs(t, 1), "alpha_1", r"\alpha_1", "signal scale at the data end", "[0, 1]", SCALE),
    Variable(sigma.subs(t, 1), "sigma_1", r"\sigma_1", "noise scale at the data end", "[0, 1]", SCALE),
    Variable(half_variance_rate, "half_variance_rate", r"\kappa_t", "half the time derivative of the squared noise scale; finite where that of the noise scale is not", "real"),
    Variable(log_snr, "log_snr", r"\lambda_t", "logarithm of the signal-to-noise ratio alpha²/sigma²", "real"),
    Variable(sigma_min, "sigma_min", r"\sigma_{\min}", "noise scale left at t = 1", "[0, 1)", (0.0, 0.5), rate=0, scalar=True),
    Variable(beta_min, "beta_min", r"\beta_{\min}", "noise rate at the data end", "positive", (0.05, 1.0), rate=0, scalar=True),
    Variable(beta_max, "beta_max", r"\beta_{\max}", "noise rate at the noise end", "at least beta_min", (1.0, 30.0), rate=0, scalar=True),
    Variable(beta, "beta", r"\beta_t", "noise rate at time t", "positive", POSITIVE),
    Variable(total_beta, "total_beta", r"B_t", "noise rate integrated from the data end to time t", "positive", POSITIVE),
    Variable(total_scale, "total_scale", r"c_t", "sum of the two scales", "positive", POSITIVE),
    Variable(next_total_scale, "next_total_scale", r"c_s", "sum of the two scales at time s", "positive", POSITIVE),
    Variable(linear_time, "linear_time", r"\tau_t", "time of the linear path with the same signal-to-noise ratio", "[0, 1]", UNIT),
    Variable(next_linear_time, "next_linear_time", r"\tau_s", "the same at time s", "[0, 1]", UNIT),
    Variable(drift, "drift", "f", "drift factor of the noising process, in s = 1 - t", "real"),
    Variable(squared_diffusion, "squared_diffusion", "g^2", "squared diffusion coefficient of the noising process, in s = 1 - t", "nonnegative"),
    Variable(x, "x", "x_t", "point on the path", "real", rate=velocity, vector=True),
    Variable(x_s, "x_s", "x_s", "point on the path at time s", "real"),
    Variable(data, "data", "x_1", "data end point of the path", "real", rate=0, expected=posterior_mean, vector=True),
    Variable(noise, "noise", r"\epsilon", "noise end point of the path, standard normal", "real", rate=0, expected=expected_noise),
    Variable(velocity, "velocity", r"\dot x_t", "velocity of a point of the path", "real", expected=marginal_velocity),
    Variable(v_prediction, "v_prediction", r"\mathrm{v}_t", "v-prediction, alpha noise - sigma data", "real", expected=expected_v_prediction),
    Variable(score, "score", r"\nabla\log p_t(x_t \mid x_1)", "gradient in x of the log density of the path, given the data point", "real"),
    Variable(predicted_data, "predicted_data", r"\hat x_1", "data point that belongs to the predicted noise", "real"),
    Variable(linear_velocity, "linear_velocity", r"\hat u", "data - noise, the velocity of the linear path", "real"),
    Variable(posterior_mean, "posterior_mean", r"\mathbb{E}[x_1 \mid x_t]", "expected data point, given x (the denoiser)", "real", slope=mean_slope, vector=True),
    Variable(expected_noise, "expected_noise", r"\mathbb{E}[\epsilon \mid x_t]", "expected noise, given x", "real"),
    Variable(marginal_velocity, "marginal_velocity", r"u_t(x_t)", "marginal velocity: expected velocity, given x", "real", slope=divergence),
    Variable(expected_v_prediction, "expected_v_prediction", r"\mathbb{E}[\mathrm{v}_t \mid x_t]", "expected v-prediction, given x", "real"),
    Variable(marginal_score, "marginal_score", r"\nabla\log p_t(x_t)", "gradient in x of the log density of x", "real", slope=score_slope),
    Variable(divergence, "divergence", r"\nabla\!\cdot u_t(x_t)", "divergence of the marginal velocity (one coordinate's share)", "real"),
    Variable(log_density, "log_density", r"\log p_t(x_t)", "log density of x", "real", slope=marginal_score),
    Variable(log_odds, "log_odds", r"\ell_t(x_t)", "log density relative to the reference's", "real", slope=score_excess),
    Variable(reference_log_density, "reference_log_density", r"\log r_t(x_t)", "log density of the reference", "real"),
    Variable(score_excess, "score_excess", r"\nabla\ell_t(x_t)", "score relative to the reference's", "real"),
    Variable(marginal_density, "marginal_density", r"p_t(x_t)", "density of x", "positive", POSITIVE),
    Variable(gain, "gain", r"\mathbb{E}[\nabla\!\cdot u_k + \nabla\log p_k\, u_k]", "posterior average of divergence plus score times velocity", "real"),
    Variable(first_moment, "first_moment", r"\mathbb{E}[x_t \mid x_1]", "mean of x, given the data point", "real"),
    Variable(second_moment, "second_moment", r"\mathbb{E}[x_t^2 \mid x_1]", "second moment of x, given the data point", "positive", POSITIVE),
    Variable(standard_point, "standard_point", r"\bar x_t", "point in units of its own mean and deviation", "real"),
    Variable(mean, "mean", r"\mu", "mean of the data", "real", rate=0, vector=True),
    Variable(variance, "variance", "c", "variance of the data along one eigenvector of the covariance", "positive", POSITIVE, rate=0),
    Variable(reference_variance, "reference_variance", "r", "variance of a round Gaussian around zero, the same for all components", "positive", POSITIVE, rate=0),
    Variable(own_variance, "own_variance", "V_t", "variance of x in the component", "positive", POSITIVE),
    Variable(common_variance, "common_variance", "R_t", "variance of x in the reference", "positive", POSITIVE),
    Variable(covariance, "covariance", r"\Sigma", "covariance of the data, symmetric and positive definite", "positive definite", POSITIVE, rate=0, axis="matrix"),
    Variable(posterior_covariance, "posterior_covariance", r"\operatorname{Cov}[x_1 \mid x_t]", "covariance of the data point, given x", "positive definite", POSITIVE, axis="matrix"),
    Variable(prior_score, "prior_score", r"\nabla_{x_1}\log q(x_1)", "gradient of the log density of the data", "real"),
    Variable(likelihood_score, "likelihood_score", r"\nabla_{x_1}\log p_t(x_t \mid x_1)", "gradient in the data point of the log density of x", "real"),
    Variable(posterior_score, "posterior_score", r"\nabla_{x_1}\log p_t(x_1 \mid x_t)", "gradient in the data point of its log density, given x", "real"),
    Variable(prior_density, "prior_density", r"q(x_1)", "density of the data", "positive", POSITIVE),
    Variable(some_velocity, "some_velocity", r"u_t(x_t \mid x_1)", "velocity at x, given the data point", "real"),
    *(
        Variable(p, f"conditional_density_{d}", r"p_t(x_t \mid x_1)", f"density of x given the data point, in {d} dimension{'s' * (d > 1)}", "positive", POSITIVE)
        for d, p in enumerate(conditional_densities, 1)
    ),
    *(Variable(p, p.name, rf"x_t^{{({i})}}", f"coordinate {i} of the point", "real", rate=None) for i, p in enumerate(points[1:], 2)),
    *(Variable(p, p.name, rf"\dot x_t^{{({i})}}", f"coordinate {i} of the velocity", "real") for i, p in enumerate(velocities[1:], 2)),
    *(Variable(p, p.name, rf"x_1^{{({i})}}", f"coordinate {i} of the data point", "real", rate=0) for i, p in enumerate(data_points[1:], 2)),
    Variable(weight, "weight", "w_k", "weight of each component", "positive, with sum 1", SCALE, axis="component"),
    Variable(component_prior, "component_prior", "q_k(x_1)", "density of the data in each component", "positive", POSITIVE, axis="component"),
    Variable(component_density, "density", "p_k(x_t)", "density of x in each component", "positive", POSITIVE, axis="component"),
    Variable(component_velocity, "component_velocity", "u_k(x_t)", "marginal velocity of each component", "real", axis="component"),
    Variable(component_score, "component_score", r"\nabla\log p_k(x_t)", "score of each component", "real", axis="component"),
    Variable(component_divergence, "component_divergence", r"\nabla\!\cdot u_k(x_t)", "divergence of each component's velocity", "real", axis="component"),
    Variable(components, "K", "K", "number of components", "1, 2, ..."),
    Variable(k, "k", "k", "index of a component", "1 .. K"),
    Variable(theta, "theta", r"\theta", "one parameter of the network", "real"),
    Variable(network, "network", r"v_\theta(x_t)", "what the network says at x", "real"),
    Variable(conditional_loss, "conditional_loss", r"L_{\mathrm{CFM}}(\theta)", "conditional flow matching loss", "nonnegative"),
    Variable(marginal_loss, "marginal_loss", r"L_{\mathrm{FM}}(\theta)", "flow matching loss", "nonnegative"),
    # marginals: coordinates in pairs, components, finite data sets
    Variable(posterior_mean_2, "posterior_mean_2", r"\mathbb{E}[x_1^{(2)} \mid x_t]", "expected second coordinate of the data point, given x", "real", slope=mean_cross_slope),
    Variable(marginal_score_2, "marginal_score_2", r"\nabla_2\log p_t(x_t)", "second coordinate of the score", "real", slope=score_cross_slope),
    Variable(posterior_variance, "posterior_variance", r"\operatorname{Var}[x_1 \mid x_t]", "variance of one coordinate of the data point, given x", "positive"),
    Variable(pair_covariance, "pair_covariance", r"\operatorname{Cov}[x_1, x_1^{(2)} \mid x_t]", "covariance of two coordinates of the data point, given x", "real"),
    Variable(mean_slope, "mean_slope", r"\nabla\mathbb{E}[x_1 \mid x_t]", "slope in x of the expected data point", "real"),
    Variable(mean_cross_slope, "mean_cross_slope", r"\nabla\mathbb{E}[x_1^{(2)} \mid x_t]", "slope in x of the expected second coordinate", "real"),
    Variable(score_slope, "score_slope", r"\nabla^2\log p_t(x_t)", "slope of the score: second derivative of the log density in one coordinate", "real"),
    Variable(score_cross_slope, "score_cross_slope", r"\nabla\nabla_2\log p_t(x_t)", "mixed second derivative of the log density in two coordinates", "real"),
    Variable(pair_prior, "pair_prior", r"q(x_1, x_1^{(2)})", "density of two coordinates of the data", "positive", POSITIVE),
    Variable(component_pair_prior, "component_pair_prior", r"q_k(x_1, x_1^{(2)})", "density of two coordinates of the data in each component", "positive", POSITIVE, axis="component"),
    Variable(component_expected_data, "component_posterior_mean", r"\mathbb{E}_k[x_1 \mid x_t]", "expected data point of each component, given x", "real", axis="component"),
    Variable(component_expected_data_2, "component_posterior_mean_2", r"\mathbb{E}_k[x_1^{(2)} \mid x_t]", "expected second coordinate in each component, given x", "real", axis="component"),
    Variable(component_expected_noise, "component_expected_noise", r"\mathbb{E}_k[\epsilon \mid x_t]", "expected noise in each component, given x", "real", axis="component"),
    Variable(component_pair_covariance, "component_pair_covariance", r"\operatorname{Cov}_k[x_1, x_1^{(2)} \mid x_t]", "covariance of two coordinates of the data point in each component, given x", "real", axis="component"),
    Variable(responsibility, "responsibility", r"\gamma_k(x_t)", "posterior probability of each component, given x", "positive, with sum 1", SCALE, axis="component"),
    Variable(equal_weight, "equal_weight", "w", "weight that all data points share", "positive", SCALE),
    Variable(dimension, "dimension", "d", "number of coordinates", "1, 2, ..."),
    Variable(data_point, "data_point", "z_k", "data points (one coordinate of each)", "real", axis="component"),
    Variable(squared_distance, "squared_distance", "D_k", "squared distance of x from alpha times each data point", "nonnegative", (0.4, 0.8), axis="component"),
    Variable(nearest_squared_distance, "nearest_squared_distance", r"D_{\min}", "any number that is the same for all data points: the smallest squared distance keeps the exponentials from underflow", "real", (0.4, 0.5)),
]
TABLE = {row.symbol: row for row in ROWS}
