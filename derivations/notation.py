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

# ---- continuity: fields that generate a path, maps, probes ---------------------------------------------
moving_densities = tuple(sp.Function(f"P_{d}", positive=True)(*points[:d], t) for d in (1, 2, 3))
moving_density, moving_log_density = moving_densities[0], sp.Function("log_P", real=True)(x, t)
fields = tuple(
    tuple(sp.Function(f"U_{d}{i}", real=True)(*points[:d], t) for i in range(1, d + 1)) for d in (1, 2, 3)
)
means, variances = (mean, *sp.symbols("mean_2 mean_3", real=True)), (variance, *sp.symbols("variance_2 variance_3", positive=True))
marginal_velocities = (marginal_velocity, *sp.symbols("marginal_velocity_2 marginal_velocity_3", real=True))
log_densities = (log_density, *sp.symbols("log_density_2 log_density_3", real=True))
path_log_densities = sp.symbols("log_density_1d log_density_2d log_density_3d", real=True)
path_log_density_rates = sp.symbols("log_density_rate_1d log_density_rate_2d log_density_rate_3d", real=True)
moving_component_density = sp.Function("P_k", positive=True)(k, x, t)
moving_component_velocity = sp.Function("U_k", real=True)(k, x, t)
base_point, middle_point, place = sp.symbols("base_point middle_point place", real=True)
map_of, first_map, next_map = (sp.Function(name, real=True) for name in ("f", "f_1", "f_2"))
base_density, image_density = (sp.Function(name, positive=True) for name in ("p_z", "p_x"))
slope, orientation, base_log_density, middle_log_density, next_slope = sp.symbols(
    "slope orientation base_log_density middle_log_density next_slope", real=True
)
probes = sp.symbols("probe_1:4", real=True)
probe_law = sp.Function("rho", positive=True)(*probes)
coordinate_law, sign_law, normal_law = (sp.Function(name, positive=True) for name in ("rho_1", "rho_sign", "rho_normal"))
entries = tuple(sp.symbols(f"a_{i}(1:4)", real=True) for i in (1, 2, 3))
symmetric_entries = sp.symbols("s_12 s_13 s_23", real=True)
trace_estimate, expected_trace_estimate, trace_estimate_variance = sp.symbols(
    "trace_estimate expected_trace_estimate trace_estimate_variance", real=True
)

# ---- the path of one data point: gaussian_path ------------------------------------------------------
ddalpha, ddsigma = alpha.diff(t, 2), sigma.diff(t, 2)
path_mean = sp.Function("path_mean", real=True)(t)
dpath_mean = path_mean.diff(t)
acceleration, end_point, aim = sp.symbols("acceleration end_point aim", real=True)

# ---- errors of predictions, preconditioning: conversions --------------------------------------------
predicted = {q: sp.Symbol(f"predicted_{q}", real=True) for q in (data, noise, velocity, v_prediction, score)}
error = {q: sp.Symbol(f"{q}_error", real=True) for q in predicted}
squared_error = {q: sp.Symbol(f"squared_{q}_error", nonnegative=True) for q in predicted}
c_skip = sp.Symbol("c_skip", real=True)
c_in, sigma_data, input_variance, target_variance = sp.symbols(
    "c_in sigma_data input_variance target_variance", positive=True
)
c_out = sp.Function("c_out", positive=True)(c_skip)

# ---- other people's conventions: conventions --------------------------------------------------------
clock = sp.Function("clock", real=True)(t)
clock_rate = clock.diff(t)
clock_velocity, reversed_velocity, step_velocity, log_snr_velocity = sp.symbols(
    "clock_velocity reversed_velocity step_velocity log_snr_velocity", real=True
)
reversed_time, step_index, step_count, edm_sigma, scaling = sp.symbols(
    "reversed_time step_index step_count edm_sigma scaling", positive=True
)
rescaled_point, rescaled_velocity, half_log_snr = sp.symbols("rescaled_point rescaled_velocity half_log_snr", real=True)
other_alpha, other_sigma = sp.symbols("other_alpha other_sigma", positive=True)
other_dalpha, other_dsigma, other_time_rate, other_point, other_velocity = sp.symbols(
    "other_dalpha other_dsigma other_time_rate other_point other_velocity", real=True
)
# ---- energies: the potential of the velocity, its speed, what no network can learn -------------------------
potential, log_density_rise = (sp.Function(name, real=True)(x) for name in ("potential", "log_density_rise"))
potential_at_origin, rise_at_origin = potential.subs(x, 0), log_density_rise.subs(x, 0)
squared_norm = sp.Symbol("squared_norm", nonnegative=True)
final_velocity, noise_end_potential, data_end_potential = sp.symbols(
    "final_velocity noise_end_potential data_end_potential", real=True
)
mean_squared_velocity, irreducible_loss = sp.symbols("mean_squared_velocity irreducible_loss", nonnegative=True)
excess_rise, component_rise, log_odds_at_origin = sp.symbols(
    "excess_rise component_rise log_odds_at_origin", real=True
)
half_distance, time_odds = sp.symbols("half_distance time_odds", positive=True)
opposite_point, energy_curvature, velocity_slope = sp.symbols("opposite_point energy_curvature velocity_slope", real=True)
density_around_one, density_around_other = (
    conditional_density.subs(data, point) for point in (half_distance, opposite_point)
)
energy_split_time, velocity_split_time = sp.symbols("energy_split_time velocity_split_time", positive=True)


def over_components(term):
    """The sum over the components, as typed."""
    total = sp.Expr.__new__(sp.Sum, sp.sympify(term), sp.Tuple(k, 1, components))
    total.is_commutative = True  # `Sum(...)` would put a factor 1 in front of a typed term
    return total


def over_space(term, *variables):
    """The integral over the real line, or over a space of several variables, as typed."""
    total = sp.Expr.__new__(
        sp.Integral, sp.sympify(term), *(sp.Tuple(v, -sp.oo, sp.oo) for v in variables or (x,))
    )
    total.is_commutative = True
    return total


PREDICTIONS = (
    (data, "x_1", "data"), (noise, r"\epsilon", "noise"), (velocity, r"u", "velocity"),
    (v_prediction, r"\mathrm{v}", "v-prediction"), (score, "s", "score"),
)  # fmt: skip
def over_plane(term):
    """The integral over two coordinates of the data point, as typed."""
    whole = [sp.Tuple(z, -sp.oo, sp.oo) for z in (data, data_2)]
    total = sp.Expr.__new__(sp.Integral, sp.sympify(term), *whole)
    total.is_commutative = True
    return total


# ---- schedules ------------------------------------------------------------------------------------------
sigma_max, offset, power, shift = sp.symbols("sigma_max offset n shift", positive=True)
low_level, high_level = sp.symbols("start end", real=True)
temperature = sp.Symbol("tau", positive=True)
angle, data_angle = sp.symbols("angle data_angle", positive=True)
level, data_level, noise_level = sp.symbols("level data_level noise_level", real=True)
signal_rate, log_snr_rate = sp.symbols("signal_rate log_snr_rate", real=True)
shifted_time, shifted_rate = sp.symbols("shifted_time shifted_rate", positive=True)
table_beta, step_size = sp.symbols("table_beta step_size", positive=True)
rescaled_alpha, rescaled_sigma = sp.symbols("rescaled_alpha rescaled_sigma", positive=True)
rescaling_factor, rescaling_offset = sp.symbols("rescaling_factor rescaling_offset", real=True)
noise_exponent = sp.Function("noise_exponent", real=True)(t)
end_exponent = sp.Symbol("end_exponent", real=True)

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
    Variable(log_snr, "log_snr", r"\lambda_t", "logarithm of the signal-to-noise ratio alpha²/sigma²", "real", rate=log_snr_rate),
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
    Variable(velocity, "velocity", r"\dot x_t", "velocity of a point of the path", "real", rate=acceleration, expected=marginal_velocity),
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
    *(Variable(p, p.name, rf"x_t^{{({i})}}", f"coordinate {i} of the point", "real", rate=velocities[i - 1]) for i, p in enumerate(points[1:], 2)),
    *(Variable(p, p.name, rf"\dot x_t^{{({i})}}", f"coordinate {i} of the velocity", "real") for i, p in enumerate(velocities[1:], 2)),
    *(Variable(p, p.name, rf"x_1^{{({i})}}", f"coordinate {i} of the data point", "real", rate=0) for i, p in enumerate(data_points[1:], 2)),
    Variable(weight, "weight", "w_k", "weight of each component", "positive, with sum 1", SCALE, axis="component", rate=0),
    Variable(component_prior, "component_prior", "q_k(x_1)", "density of the data in each component", "positive", POSITIVE, axis="component"),
    Variable(component_density, "density", "p_k(x_t)", "density of x in each component", "positive", POSITIVE, axis="component"),
    Variable(component_velocity, "component_velocity", "u_k(x_t)", "marginal velocity of each component", "real", axis="component"),
    Variable(component_score, "component_score", r"\nabla\log p_k(x_t)", "score of each component", "real", axis="component"),
    Variable(component_divergence, "component_divergence", r"\nabla\!\cdot u_k(x_t)", "divergence of each component's velocity", "real", axis="component"),
    Variable(components, "K", "K", "number of components", "1, 2, ...", rate=0),
    Variable(k, "k", "k", "index of a component", "1 .. K"),
    Variable(theta, "theta", r"\theta", "one parameter of the network", "real"),
    Variable(network, "network", r"v_\theta(x_t)", "what the network says at x", "real"),
    Variable(conditional_loss, "conditional_loss", r"L_{\mathrm{CFM}}(\theta)", "conditional flow matching loss", "nonnegative"),
    Variable(marginal_loss, "marginal_loss", r"L_{\mathrm{FM}}(\theta)", "flow matching loss", "nonnegative"),
    *(Variable(p, f"moving_density_{d}", "p(x_t, t)", f"density at a place and a time, in {d} dimension{'s' * (d > 1)}", "positive", POSITIVE) for d, p in enumerate(moving_densities, 1)),
    Variable(moving_log_density, "moving_log_density", r"\log p(x_t, t)", "log density at a place and a time", "real"),
    *(Variable(u, f"field_{d}_{i}", rf"u^{{({i})}}(x_t, t)", f"coordinate {i} of a velocity field in {d} dimension{'s' * (d > 1)}", "real") for d, f in enumerate(fields, 1) for i, u in enumerate(f, 1)),
    *(Variable(q, q.name, rf"\mu^{{({i})}}", f"coordinate {i} of the mean", "real", rate=0) for i, q in enumerate(means[1:], 2)),
    *(Variable(q, q.name, f"c^{{({i})}}", f"variance of coordinate {i}", "positive", POSITIVE, rate=0) for i, q in enumerate(variances[1:], 2)),
    *(Variable(q, q.name, rf"u_t^{{({i})}}(x_t)", f"coordinate {i} of the marginal velocity", "real") for i, q in enumerate(marginal_velocities[1:], 2)),
    *(Variable(q, q.name, rf"\log p_t^{{({i})}}(x_t)", f"log density of coordinate {i}", "real") for i, q in enumerate(log_densities[1:], 2)),
    *(
        Variable(q, q.name, rf"\log p_t(x_t)|_{{d={d}}}", f"log density along a trajectory, d = {d}", "real", rate=rate)
        for d, (q, rate) in enumerate(zip(path_log_densities, path_log_density_rates, strict=True), 1)
    ),
    *(Variable(q, q.name, rf"\tfrac{{d}}{{dt}}\log p_t(x_t)|_{{d={d}}}", f"rate of the log density along a trajectory, d = {d}", "real") for d, q in enumerate(path_log_density_rates, 1)),
    Variable(moving_component_density, "moving_component_density", "p_k(x_t, t)", "density of x in each component at a time", "positive", POSITIVE, axis="component"),
    Variable(moving_component_velocity, "moving_component_velocity", "u_k(x_t, t)", "field that generates each component", "real", axis="component"),
    Variable(base_point, "base_point", "z", "point before the map", "real"),
    Variable(middle_point, "middle_point", "z_1", "where the first map sends it", "real"),
    Variable(place, "place", "y", "a place on the line", "real"),
    Variable(slope, "slope", "f'(z)", "slope of the map at the point before the map", "not zero"),
    Variable(next_slope, "next_slope", "f_2'(z_1)", "slope of the second map where the first one ends", "not zero"),
    Variable(orientation, "orientation", "o", "1 for an increasing map, -1 for a decreasing one", "-1 or 1"),
    Variable(base_log_density, "base_log_density", r"\log p_z(z)", "log density of the point before the map", "real"),
    Variable(middle_log_density, "middle_log_density", r"\log p_1(z_1)", "log density between the maps", "real"),
    *(Variable(q, q.name, rf"\varepsilon_{i}", f"coordinate {i} of the probe", "real") for i, q in enumerate(probes, 1)),
    *(
        Variable(law(q), f"{law.name}_of_{q.name}", rf"\rho_{{\mathrm{{{kind}}}}}(\varepsilon_{i})", f"{words} of coordinate {i} of the probe", "positive", POSITIVE)
        for law, kind, words in ((coordinate_law, "one", "law"), (sign_law, "sign", "law, a random sign,"), (normal_law, "normal", "normal density"))
        for i, q in enumerate(probes, 1)
    ),
    Variable(probe_law, "probe_law", r"\rho(\varepsilon)", "law of the probe", "positive", POSITIVE),
    *(Variable(q, q.name, f"A_{{{q.name[2:]}}}", f"entry {q.name[2]}, {q.name[3]} of the matrix", "real") for row in entries for q in row),
    *(Variable(q, q.name, f"S_{{{q.name[2:]}}}", f"entry {q.name[2]}, {q.name[3]} of the symmetric part of the matrix", "real") for q in symmetric_entries),
    Variable(trace_estimate, "trace_estimate", r"\varepsilon^{\top}\! A \varepsilon", "Hutchinson's estimate of the trace, from one probe", "real"),
    Variable(expected_trace_estimate, "expected_trace_estimate", r"\mathbb{E}[\varepsilon^{\top}\! A \varepsilon]", "its expectation over the probe", "real"),
    Variable(trace_estimate_variance, "trace_estimate_variance", r"\operatorname{Var}[\varepsilon^{\top}\! A \varepsilon]", "its variance over the probe", "nonnegative", POSITIVE),
    # the path of one data point
    Variable(ddalpha, "ddalpha_t", r"\ddot\alpha_t", "second time derivative of the signal scale", "real"),
    Variable(ddsigma, "ddsigma_t", r"\ddot\sigma_t", "second time derivative of the noise scale", "real"),
    Variable(path_mean, "path_mean", r"\mu_t", "mean of x, given the data point", "real"),
    Variable(dpath_mean, "dpath_mean", r"\dot\mu_t", "time derivative of the mean of x, given the data point", "real"),
    Variable(acceleration, "acceleration", r"\ddot x_t", "acceleration of a point of the path", "real"),
    Variable(end_point, "end_point", r"x_{t=1}", "where the point is at t = 1", "real"),
    Variable(aim, "aim", r"x_\infty", "place that all points bound for one data point move towards", "real", rate=0),
    # errors of predictions, preconditioning
    *(Variable(predicted[q], f"predicted_{q}", rf"\hat{{{letter}}}", f"predicted {words}", "real") for q, letter, words in PREDICTIONS if q != data),
    *(Variable(error[q], f"{q}_error", rf"e_{{\mathrm{{{words}}}}}", f"predicted minus true {words}, at the same x", "real") for q, _, words in PREDICTIONS),
    *(Variable(squared_error[q], f"squared_{q}_error", rf"e^2_{{\mathrm{{{words}}}}}", f"squared error of the predicted {words}, at the same x", "nonnegative", (0.0, 9.0)) for q, _, words in PREDICTIONS),
    Variable(c_skip, "c_skip", r"c_{\mathrm{skip}}", "share of the input that is passed on around the network", "(0, 1)", UNIT),
    Variable(c_out, "c_out", r"c_{\mathrm{out}}", "scale of the network's output", "positive", POSITIVE),
    Variable(c_in, "c_in", r"c_{\mathrm{in}}", "scale of the network's input", "positive", POSITIVE),
    Variable(sigma_data, "sigma_data", r"\sigma_{\mathrm{data}}", "standard deviation of the data", "positive", (0.2, 2.0), rate=0),
    Variable(input_variance, "input_variance", r"\operatorname{Var}_{\mathrm{in}}", "variance of the network's input", "positive", POSITIVE),
    Variable(target_variance, "target_variance", r"\operatorname{Var}_{\mathrm{target}}", "variance of what the network has to predict", "positive", POSITIVE),
    # other people's conventions
    Variable(clock, "clock", r"\theta_t", "what another clock shows at time t", "real"),
    Variable(clock_rate, "clock_rate", r"\dot\theta_t", "time derivative of what another clock shows", "real, not zero"),
    Variable(clock_velocity, "clock_velocity", r"u^\theta", "velocity per unit of another clock", "real"),
    Variable(reversed_time, "reversed_time", r"\bar t", "time that runs from 0 at data to 1 at noise", "[0, 1]", UNIT),
    Variable(reversed_velocity, "reversed_velocity", r"\bar u", "velocity by reversed time", "real"),
    Variable(step_index, "step_index", "i", "index of a noising step, 0 at data", "0 .. step_count", (0.0, 40.0)),
    Variable(step_count, "step_count", "N", "number of steps from data to noise", "1, 2, ...", (2.0, 40.0), rate=0),
    Variable(step_velocity, "step_velocity", "u^i", "change of x per step, to first order", "real"),
    Variable(rescaled_point, "rescaled_point", r"\tilde x_t", "point in units of its signal scale, x/alpha", "real", rate=rescaled_velocity),
    Variable(rescaled_velocity, "rescaled_velocity", r"\tilde u_t", "velocity of the rescaled point", "real"),
    Variable(edm_sigma, "edm_sigma", r"\tilde\sigma_t", "noise scale in units of the signal scale (the sigma of EDM)", "positive", POSITIVE),
    Variable(log_snr_velocity, "log_snr_velocity", r"u^\lambda", "velocity per unit of the log signal-to-noise ratio", "real"),
    Variable(half_log_snr, "half_log_snr", r"\lambda^{\mathrm{DPM}}_t", "the lambda of DPM-Solver", "real"),
    Variable(other_alpha, "other_alpha", r"\alpha'_r", "signal scale of another path, where it has the same signal-to-noise ratio", "[0, 1]", SCALE, rate=other_time_rate * other_dalpha),
    Variable(other_sigma, "other_sigma", r"\sigma'_r", "noise scale of another path, where it has the same signal-to-noise ratio", "[0, 1]", SCALE, rate=other_time_rate * other_dsigma),
    Variable(other_dalpha, "other_dalpha", r"\dot\alpha'_r", "derivative of the other path's signal scale in its own time", "real"),
    Variable(other_dsigma, "other_dsigma", r"\dot\sigma'_r", "derivative of the other path's noise scale in its own time", "real"),
    Variable(other_time_rate, "other_time_rate", r"\dot r_t", "how fast the other path's time runs, in time t", "real, not zero"),
    Variable(other_point, "other_point", "x'_r", "point of the other path with the same end points", "real", rate=other_time_rate * other_velocity),
    Variable(other_velocity, "other_velocity", "u'_r", "velocity of the other path's point, in its own time", "real"),
    Variable(scaling, "scaling", "q", "how much larger the other path's points are", "positive", POSITIVE),
    # energies
    Variable(potential, "potential", r"\Phi_t(x_t)", "potential of the marginal velocity, zero at the origin", "real"),
    Variable(potential_at_origin, "potential_at_origin", r"\Phi_t(0)", "the potential at the origin", "real"),
    Variable(log_density_rise, "log_density_rise", r"\Delta\log p_t(x_t)", "log density of x less the log density of the origin", "real"),
    Variable(rise_at_origin, "rise_at_origin", r"\Delta\log p_t(0)", "the same at the origin", "real"),
    Variable(squared_norm, "squared_norm", r"\lVert x_t\rVert^2", "squared distance of x from the origin", "nonnegative", POSITIVE),
    Variable(excess_rise, "excess_rise", r"E_t(x_t)", "what the rise of the log density is more than that of the reference, divided by the signal scale", "real"),
    Variable(component_rise, "component_rise", r"e_t(x_t)", "the same for one coordinate of one component", "real"),
    Variable(log_odds_at_origin, "log_odds_at_origin", r"\ell_t(0)", "log density relative to the reference's, at the origin", "real"),
    Variable(final_velocity, "final_velocity", "u_1(x_t)", "marginal velocity at the data end", "real"),
    Variable(noise_end_potential, "noise_end_potential", r"\Phi_0(x_t)", "potential at the noise end", "real"),
    Variable(data_end_potential, "data_end_potential", r"\Phi_1(x_t)", "potential at the data end", "real"),
    Variable(mean_squared_velocity, "mean_squared_velocity", r"\mathbb{E}[u_t(x_t)^2]", "mean square of the marginal velocity", "nonnegative"),
    Variable(irreducible_loss, "irreducible_loss", r"\mathbb{E}[(\dot x_t - u_t(x_t))^2]", "mean variance of the velocity, given x: the least flow matching loss", "nonnegative"),
    Variable(half_distance, "half_distance", "m", "distance of each of two opposite data points from the origin", "positive", (0.3, 2.0), rate=0),
    Variable(opposite_point, "opposite_point", "m'", "the other of two opposite data points", "real", rate=0),
    Variable(density_around_one, "density_around_one", r"p_t(x_t \mid m)", "density of x given one of two data points", "positive", POSITIVE),
    Variable(density_around_other, "density_around_other", r"p_t(x_t \mid m')", "density of x given the other", "positive", POSITIVE),
    Variable(time_odds, "time_odds", r"\rho", "odds of a time, t / (1 - t)", "positive", POSITIVE),
    Variable(energy_curvature, "energy_curvature", r"-\nabla^2\log p_t(0)", "curvature of minus the log density at the origin", "real"),
    Variable(velocity_slope, "velocity_slope", r"\nabla\!\cdot u_t(0)", "slope of the marginal velocity at the origin", "real"),
    Variable(energy_split_time, "energy_split_time", "t_E", "time at which minus the log density gets two minima", "(0, 1)", UNIT),
    Variable(velocity_split_time, "velocity_split_time", "t_u", "time at which the velocity begins to point away from the origin", "(0, 1)", UNIT),
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
    # schedules
    Variable(sigma_max, "sigma_max", r"\sigma_{\max}", "noise scale at t = 0", "positive", (1.0, 80.0), rate=0, scalar=True),
    Variable(offset, "offset", r"\delta", "offset of the cosine schedule at the data end", "nonnegative", (0.002, 0.1), rate=0, scalar=True),
    Variable(power, "n", "n", "power of time in the polynomial schedule", "positive", (1.0, 4.0), rate=0, scalar=True),
    Variable(low_level, "start", "a", "where on the sigmoid the data end lies", "less than end", (-4.0, 0.0), rate=0, scalar=True),
    Variable(high_level, "end", "b", "where on the sigmoid the noise end lies", "greater than start", (1.0, 4.0), rate=0, scalar=True),
    Variable(temperature, "tau", r"\tau", "temperature of the sigmoid", "positive", (0.5, 2.0), rate=0, scalar=True),
    Variable(angle, "angle", r"\varphi_t", "angle of the cosine schedule", "(0, pi/2)", (0.2, 1.5)),
    Variable(data_angle, "data_angle", r"\varphi_1", "the same at the data end", "[0, pi/2)", (0.003, 0.15), rate=0, scalar=True),
    Variable(level, "level", r"\zeta_t", "place on the sigmoid", "real"),
    Variable(data_level, "data_level", r"\zeta_1", "the same at the data end", "real", (-4.0, 0.0), rate=0, scalar=True),
    Variable(noise_level, "noise_level", r"\zeta_0", "the same at the noise end", "real", (1.0, 4.0), rate=0, scalar=True),
    Variable(signal_rate, "signal_rate", r"\gamma'_t", "time derivative of the squared signal scale", "real"),
    Variable(alpha.subs(t, 0), "alpha_0", r"\alpha_0", "signal scale at the noise end", "[0, 1)", (0.02, 0.2)),
    Variable(log_snr_rate, "log_snr_rate", r"\dot\lambda_t", "time derivative of the log signal-to-noise ratio", "real, positive where the ratio grows", POSITIVE),
    Variable(shift, "shift", "M", "factor by which the noise-to-signal ratio is shifted", "positive", (0.3, 8.0), rate=0, scalar=True),
    Variable(shifted_time, "shifted_time", r"\tilde t", "time after the shift", "[0, 1]", UNIT, rate=shifted_rate),
    Variable(shifted_rate, "shifted_rate", r"\dot{\tilde t}", "time derivative of the shifted time", "positive", POSITIVE),
    Variable(table_beta, "table_beta", r"\beta_k", "noise rate of one row of the table", "(0, 1]", (1e-4, 0.5)),
    Variable(step_size, "step_size", "h", "time between two rows of the table", "positive", (0.001, 0.1), rate=0),
    Variable(rescaled_alpha, "rescaled_alpha", r"\alpha^{*}_t", "signal scale after rescaling", "[0, 1]", SCALE),
    Variable(rescaled_sigma, "rescaled_sigma", r"\sigma^{*}_t", "noise scale after rescaling", "[0, 1]", SCALE),
    Variable(rescaling_factor, "rescaling_factor", "r_1", "factor of the rescaling", "real", rate=0),
    Variable(rescaling_offset, "rescaling_offset", "r_0", "constant of the rescaling", "real", rate=0),
    Variable(noise_exponent, "noise_exponent", r"\nu_t", "how many powers of 1 - t the noise scale falls by at time t", "real"),
    Variable(end_exponent, "end_exponent", r"\nu_1", "power of 1 - t with which the noise scale vanishes at the data end; 0 where it stays positive", "nonnegative"),
]
TABLE = {row.symbol: row for row in ROWS}
