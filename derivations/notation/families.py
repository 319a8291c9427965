"""Families of names: what holds for any of something, and what each of them is called.

A copy holds for all that is said of the left side. The others are for the records that they name, which hold for any
law, function, field, data point or sequence that stands there.
"""

from derivations.engine.renaming import Family
from derivations.notation.symbols import *

COPIES = [
    Family(
        "another time",
        {
            t: s, alpha: alpha_s, sigma: sigma_s, x: x_s, log_snr: log_snr_s, half_log_snr: next_half_log_snr,
            mixing_angle: next_mixing_angle, stretched_point: stretched_x_s,
        },
    ),
    Family(
        "what a network predicts",
        {
            data: predicted_data, noise: predicted[noise], velocity: predicted[velocity],
            v_prediction: predicted[v_prediction], score: predicted[score],
            ancestral_mean: predicted_ancestral_mean, x: x,
        },
    ),
    Family(
        "another schedule, at the times when it has our log-SNR",
        {
            alpha: other_alpha, sigma: other_sigma, alpha_s: other_alpha_s, sigma_s: other_sigma_s, x: other_point,
            x_s: other_x_s, velocity: None, dalpha: None, dsigma: None, t: None, s: None,
            log_snr: log_snr,
        },
        elsewhere="the other path",
    ),
    Family(
        "the second coordinate",
        {
            x: x_2, data: data_2, velocity: velocities[1], posterior_mean: posterior_mean_2,
            component_expected_data: component_expected_data_2, marginal_score: marginal_score_2,
            log_density: log_densities[1], mean: means[1], variance: variances[1],
        },
    ),
    Family(
        "the third coordinate",
        {
            x: x_3, data: data_3, velocity: velocities[2], log_density: log_densities[2], mean: means[2],
            variance: variances[2],
        },
    ),
]  # fmt: skip

_SEEN_THROUGH_A_STEP = {
    alpha: transition_factor, sigma: transition_deviation, mean: first_moment_s, variance: path_variance_s,
}  # fmt: skip
_LAWS = ("marginals.log_density", "marginals.total_probability")

INSTANCES = [
    # functions of the data point, and their averages
    Family("the data point itself", {some_velocity: data, marginal_velocity: posterior_mean, component_velocity: component_expected_data}, of=("marginals.expected_velocity", "marginals.component_expected_velocity")),
    Family("the noise that leads to x", {some_velocity: noise, marginal_velocity: expected_noise, component_velocity: component_expected_noise}, of=("marginals.expected_velocity", "marginals.component_expected_velocity")),
    # data
    Family("one of two data points", {data: half_distance}, of=("gaussian_path.density",)),
    Family("the other data point", {data: opposite_point}, of=("gaussian_path.density",)),
    Family("a data point that weighs as much as the others", {weight: equal_weight}, of=("marginals.mixture_denoiser", "marginals.velocity")),
    Family("a component that is a point", {variance: 0, mean: data_point, marginal_velocity: component_velocity, posterior_mean: component_expected_data}, of=("components.velocity", "components.posterior_mean"), law="a component"),
    Family("a component's coordinates in pairs", {pair_prior: component_pair_prior, marginal_density: component_density, posterior_mean: component_expected_data, posterior_mean_2: component_expected_data_2, pair_covariance: component_pair_covariance}, of=("marginals.moments_of_a_pair",), law="a component"),
    Family("coordinates in pairs", {prior_density: pair_prior, component_prior: component_pair_prior}, of=("marginals.mixture_data",)),
    Family("one coordinate in the eigenbasis of the covariance", {covariance: variance, posterior_covariance: posterior_variance}, of=("marginals.posterior_mean", "marginals.posterior_covariance")),
    Family("the data, on which a sampler runs", {prior_score: marginal_score, covariance: variance, data: x}, of=("marginals.score_of_gaussian_data",), contexts={"motion": "at rest"}),
    Family("the second coordinate of what a mixture expects", {posterior_mean: posterior_mean_2, component_expected_data: component_expected_data_2}, of=("marginals.mixture_denoiser",)),
    # densities
    Family("the density at a place and a time", {marginal_density: moving_density, log_density: log_density}, of=_LAWS),
    Family("its logarithm", {marginal_density: moving_density, log_density: moving_log_density}, of=_LAWS),
    *(
        Family(f"its logarithm along a trajectory, d = {d}", {marginal_density: p, log_density: q}, of=_LAWS)
        for d, (p, q) in enumerate(zip(moving_densities, path_log_densities, strict=True), 1)
    ),
    Family("the density of the image", {marginal_density: image_density(map_of(base_point)), log_density: log_density}, of=_LAWS),
    Family("the density before the map", {marginal_density: base_density(base_point), log_density: base_log_density}, of=_LAWS),
    Family("a component's density at a place and a time", {component_density: moving_component_density}, of=("marginals.component_density",)),
    Family("the reference", {log_density: reference_log_density, mean: 0, variance: reference_variance}, of=("components.log_density",), law="the reference"),
    Family("the origin", {log_odds: log_odds_at_origin, x: 0}, of=("components.log_odds",)),
    Family("the posterior of a step", {log_density: reverse_log_density, x: x_s, mean: ancestral_mean, variance: ancestral_variance, alpha: 1, sigma: 0}, of=("components.log_density",), elsewhere="a step", law="a step"),
    Family("the model of a step", {log_density: model_log_density, x: x_s, mean: predicted_ancestral_mean, variance: ancestral_variance, alpha: 1, sigma: 0}, of=("components.log_density",), elsewhere="a step", law="a step"),
    Family("the density of a step", {prior_density: reverse_density, data: x_s, mean: ancestral_mean, variance: ancestral_variance}, of=("components.gaussian_data",), law="a step"),
    # fields that generate densities, processes with a drift and a diffusion
    *(
        Family(f"a field in {d} dimension{'s' * (d > 1)}", {fields[2][i]: fields[d - 1][i] if i < d else None for i in range(3)}, of=("continuity.generates",))
        for d in (1, 2, 3)
    ),
    Family("the path of one data point", {moving_density: conditional_density, fields[0][0]: some_velocity}, of=("continuity.generates", "sdes.fokker_planck")),
    Family("the path of one component", {moving_density: moving_component_density, fields[0][0]: moving_component_velocity}, of=("continuity.generates",)),
    Family("the flow alone", {local_drift: marginal_velocity, local_diffusion: 0}, of=("sdes.current",)),
    Family("a sampler with the same noise at all places", {local_drift: sampler_drift, local_diffusion: sampler_diffusion}, of=("sdes.current",)),
    Family("a sampler with noise that varies in space", {local_drift: sampler_drift, local_diffusion: local_diffusion}, of=("sdes.current",)),
    Family("the noising process, reversed", {local_drift: sampler_drift, local_diffusion: squared_diffusion}, of=("sdes.current",)),
    Family("data at rest", {marginal_velocity: 0}, of=("sdes.extension",), contexts={"motion": "at rest"}),
    Family("the marginal velocity with noise added", {sampler_drift: marginal_velocity}, of=("sdes.affine_process",)),
    Family("a variance that a step does not change", {next_variance: stationary_variance, variance_before: stationary_variance}, of=("sdes.euler_maruyama_step",)),
    # maps, clocks, paths
    Family("the first map", {map_of(base_point): first_map(base_point)}, of=("continuity.push_forward",)),
    Family("the second map", {map_of(base_point): next_map(middle_point), base_point: middle_point, slope: next_slope}, of=("continuity.push_forward",)),
    Family("up to between the maps", {log_density: middle_log_density}, of=("continuity.change_of_variables",)),
    Family("on from between the maps", {base_log_density: middle_log_density, slope: next_slope}, of=("continuity.change_of_variables",)),
    *(
        Family(f"{words} as the clock", {name: clock, clock_velocity: velocity_by_it}, of=(id, "conventions.chain_rule"))
        for words, name, velocity_by_it, id in (
            ("reversed time", reversed_time, reversed_velocity, "conventions.reversed_time"),
            ("the index of a step", step_index, step_velocity, "conventions.step_index"),
            ("log-SNR", log_snr, log_snr_velocity, "schedules.log_snr"),
        )
    ),
    Family("a law of coordinates, normal", {coordinate_law(q): normal_law(q) for q in probes}, of=("continuity.probes",)),
    Family("a law of coordinates, random signs", {coordinate_law(q): sign_law(q) for q in probes}, of=("continuity.probes",)),
    Family("where the path without noise left ends", {t: 1, x: end_point}, of=("gaussian_path.point",)),
    Family("where nothing moves", {velocity: 0, x: aim}, of=("gaussian_path.optimal_transport_velocity",)),
    Family("the linear path beside another", {sigma_min: 0, velocity: linear_velocity}, of=("gaussian_path.optimal_transport_constant_velocity",), elsewhere="the linear path"),
    Family("the other path, at another time", {alpha: other_alpha_s, sigma: other_sigma_s, log_snr: log_snr_s}, of=("schedules.log_snr",), elsewhere="the other path"),
    Family("a time that is shifted already", {shifted_time: s}, of=("schedules.time_shift",)),
    Family("shifting it once more", {t: s}, of=("schedules.time_shift",)),
    Family("where the energy splits", {energy_curvature: 0}, of=("marginals.energy_curvature",)),
    Family("the time where the energy splits", {t: energy_split_time}, of=("marginals.odds_of_time",)),
    Family("where the velocity splits", {velocity_slope: 0}, of=("marginals.velocity_slope",)),
    Family("the time where the velocity splits", {t: velocity_split_time}, of=("marginals.odds_of_time",)),
    Family("the stretched path", {x: stretched_point, x_s: stretched_x_s, velocity: stretched_velocity, alpha: stretched_alpha, sigma: stretched_sigma, dalpha: dstretched_alpha, dsigma: dstretched_sigma, alpha_s: stretched_alpha_s, sigma_s: stretched_sigma_s}, of=("ddim.step_from_velocity",)),
    Family("an Euler step on the stretched path", {euler_x_s: stretched_euler_x_s, x: stretched_point, velocity: stretched_velocity}, of=("ddim.euler_step",)),
    Family("the way back from the stretched path", {t: s, x: returned_x_s, stretched_point: stretched_euler_x_s}, of=("ddim.stretched_path",)),
    # steps
    Family("the step of a chain, seen as a path from time s", {**_SEEN_THROUGH_A_STEP, posterior_mean: ancestral_mean, posterior_variance: ancestral_variance}, of=("components.posterior_mean", "components.posterior_variance"), elsewhere="a step", law="a step"),
    Family("the same, with as much variance before as after", {**_SEEN_THROUGH_A_STEP, variance: path_variance, posterior_variance: fixed_large_variance}, of=("components.posterior_variance",), elsewhere="a step", law="a step"),
    Family("a step that does not change the variance", {path_variance_s: path_variance}, of=("ddpm.noising_step",)),
    Family("the first of two steps", {transition_factor: first_factor, transition_deviation: first_deviation, first_moment: first_moment_between, path_variance: path_variance_between}, of=("ddpm.noising_step",)),
    Family("the second of two steps", {transition_factor: next_factor, transition_deviation: next_deviation, first_moment_s: first_moment_between, path_variance_s: path_variance_between}, of=("ddpm.noising_step",)),
    Family("the expected data point in place of the true one", {data: posterior_mean}, of=("ddpm.posterior_mean",)),
    Family("a step that ends at time t", {t: s, s: t}, of=("ddpm.bound_of_a_step",)),
    Family("a step of a chain", {step_bound: bound_of_step_k, alpha: chain_alpha(k - 1), sigma: chain_sigma(k - 1), alpha_s: chain_alpha(k), sigma_s: chain_sigma(k)}, of=("ddpm.bound_of_a_step",)),
    Family("a step of a sampler's chain", {scaled_variance_s: scaled_variance.func(k), scaled_variance: scaled_variance.func(k - 1), snr_s: step_snr, snr: previous_snr}, of=("sdes.ancestral_step",)),
    Family("where a sampler's chain begins, without signal", {alpha: 0, scaled_variance: scaled_variance.func(0)}, of=("sdes.ancestral_sampling",)),
    Family("where it ends", {scaled_variance: scaled_variance.func(components)}, of=("sdes.ancestral_sampling",)),
]
FAMILIES = [*COPIES, *INSTANCES]
