"""The symbols: functions of time where a quantity moves, with the signs that provers may use."""


import sympy as sp

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
posterior_covariance_slope = sp.Symbol("posterior_covariance_slope", real=True)
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


def up_to(density, variable, end):
    """The integral of a density up to a place, as typed."""
    total = sp.Expr.__new__(sp.Integral, density, sp.Tuple(variable, -sp.oo, end))
    total.is_commutative = True
    return total


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

# ---- time grids -----------------------------------------------------------------------------------------
grid_place = sp.Symbol("grid_place", nonnegative=True)
node_log_snr = sp.Function("node_log_snr", real=True)(grid_place)
node_sigma = sp.Function("node_sigma", positive=True)(grid_place)
first_stretched_level, stretched_step = sp.symbols("first_stretched_level stretched_step", real=True)
first_sigma, last_sigma = node_sigma.subs(grid_place, 0), node_sigma.subs(grid_place, 1)
first_log_snr, last_log_snr = node_log_snr.subs(grid_place, 0), node_log_snr.subs(grid_place, 1)
grid_rho = sp.Symbol("rho", positive=True)
# ---- deterministic steps: ddim ---------------------------------------------------------------------------
stretch, stretched_alpha, stretched_sigma = (
    sp.Function(name, positive=True)(t) for name in ("stretch", "stretched_alpha", "stretched_sigma")
)
dstretch, stretch_s = stretch.diff(t), stretch.subs(t, s)
dstretched_alpha, dstretched_sigma = stretched_alpha.diff(t), stretched_sigma.diff(t)
stretched_alpha_s, stretched_sigma_s = stretched_alpha.subs(t, s), stretched_sigma.subs(t, s)
stretched_point, stretched_velocity, stretched_x_s = sp.symbols(
    "stretched_point stretched_velocity stretched_x_s", real=True
)
euler_x_s, stretched_euler_x_s, returned_x_s, euler_difference = sp.symbols(
    "euler_x_s stretched_euler_x_s returned_x_s euler_difference", real=True
)
mixing_angle, next_mixing_angle = sp.symbols("mixing_angle next_mixing_angle", positive=True)
log_snr_s = sp.Symbol("log_snr_s", real=True)
next_half_log_snr, half_log_snr_gain = sp.symbols("next_half_log_snr half_log_snr_gain", real=True)
other_alpha_s, other_sigma_s = sp.symbols("other_alpha_s other_sigma_s", positive=True)
other_x_s = sp.Symbol("other_x_s", real=True)
# ---- processes with noise: sdes ---------------------------------------------------------------------------
sampler_drift = sp.Symbol("sampler_drift", real=True)
sampler_diffusion = sp.Symbol("sampler_diffusion", positive=True)
local_drift, current = (sp.Function(name, real=True)(x, t) for name in ("local_drift", "current"))
local_diffusion = sp.Function("local_diffusion", positive=True)(x, t)
diffusion_slope = local_diffusion.diff(x)
# ---- the noising chain and its reversal: ddpm --------------------------------------------------------------
first_moment_s, second_moment_s = first_moment.subs(t, s), second_moment.subs(t, s)
path_variance = sp.Function("path_variance", positive=True)(t)
path_variance_s = path_variance.subs(t, s)
transition_factor, transition_deviation = sp.symbols("transition_factor transition_deviation", positive=True)
kept_ratio, added_share = sp.symbols("kept_ratio added_share", positive=True)
ancestral_mean, predicted_ancestral_mean = sp.symbols("ancestral_mean predicted_ancestral_mean", real=True)
ancestral_variance, fixed_large_variance, learned_variance = sp.symbols(
    "ancestral_variance fixed_large_variance learned_variance", positive=True
)
learned_share = sp.Symbol("learned_share", nonnegative=True)

# ---- steps with fresh noise: ddim -------------------------------------------------------------------------
eta, deviation = sp.symbols("eta deviation", nonnegative=True)
fresh_noise, step_mean = sp.symbols("fresh_noise step_mean", real=True)
step_variance = sp.Symbol("step_variance", positive=True)
first_factor, first_deviation, next_factor, next_deviation = sp.symbols(
    "first_factor first_deviation next_factor next_deviation", positive=True
)
between = sp.Symbol("r", positive=True)
first_moment_between, path_variance_between = first_moment.subs(t, between), path_variance.subs(t, between)
step_bound, bound_rate, chain_bound, bound_per_log_snr = sp.symbols(
    "step_bound bound_rate chain_bound bound_per_log_snr", real=True
)
reverse_density = sp.Function("p_reverse", positive=True)(x_s)
reverse_log_density, model_log_density = sp.symbols("reverse_log_density model_log_density", real=True)
chain_alpha, chain_sigma = (sp.Function(f"{name}_chain", positive=True) for name in ("alpha", "sigma"))
bound_of_step_k = sp.Function("bound", real=True)(k)
drift_slope, drift_offset, start_mean, end_variance, step_factor = sp.symbols(
    "drift_slope drift_offset start_mean end_variance step_factor", real=True
)
start_variance, stationary_variance = sp.symbols("start_variance stationary_variance", positive=True)
run_mean, run_variance, excess_ratio = (sp.Function(name, real=True)(t) for name in ("run_mean", "run_variance", "excess_ratio"))
mean_after, variance_after = (sp.Function(name, real=True)(step_count) for name in ("mean_after", "variance_after"))
(next_mean, mean_before), (next_variance, variance_before) = (
    (q.func(k), q.func(k - 1)) for q in (mean_after, variance_after)
)
density_elsewhere = moving_density.subs(x, place)
ancestral_factor, ancestral_offset = sp.symbols("ancestral_factor ancestral_offset", real=True)
snr, sampled_variance, scaled_variance = (
    sp.Function(name, positive=True)(t) for name in ("snr", "sampled_variance", "scaled_variance")
)
snr_s, sampled_variance_s, scaled_variance_s = (q.subs(t, s) for q in (snr, sampled_variance, scaled_variance))
step_snr = sp.Function("step_snr", nonnegative=True)(k)
previous_snr = step_snr.subs(k, k - 1)

# ---- names of schedules: which of them a fact holds on -------------------------------------------------
LINEAR_RATE = ("variance preserving", "sub-variance preserving")
PRESERVING = ("variance preserving", "cosine", "sigmoid", "trigonometric")
NO_NOISE_LEFT = (*PRESERVING, "sub-variance preserving", "polynomial", "EDM")  # on the linear one sigma_min is left
