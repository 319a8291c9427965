"""THE bibliography. `opened` says whether somebody of this project read the place that is cited."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """A published work. A work that nobody opened is printed as second-hand."""

    authors: str
    title: str
    year: int
    venue: str
    url: str
    opened: bool = False


SOURCES = {
    "lipman2023": Work("Y. Lipman, R. T. Q. Chen, H. Ben-Hamu, M. Nickel, M. Le", "Flow Matching for Generative Modeling", 2023, "ICLR", "https://arxiv.org/abs/2210.02747"),
    "lipman2024": Work("Y. Lipman, M. Havasi, P. Holderrieth, N. Shaul, M. Le, B. Karrer, R. T. Q. Chen, D. Lopez-Paz, H. Ben-Hamu, I. Gat", "Flow Matching Guide and Code", 2024, "arXiv", "https://arxiv.org/abs/2412.06264"),
    "song2021sde": Work("Y. Song, J. Sohl-Dickstein, D. P. Kingma, A. Kumar, S. Ermon, B. Poole", "Score-Based Generative Modeling through Stochastic Differential Equations", 2021, "ICLR", "https://arxiv.org/abs/2011.13456"),
    "song2021ddim": Work("J. Song, C. Meng, S. Ermon", "Denoising Diffusion Implicit Models", 2021, "ICLR", "https://arxiv.org/abs/2010.02502"),
    "ho2020": Work("J. Ho, A. Jain, P. Abbeel", "Denoising Diffusion Probabilistic Models", 2020, "NeurIPS", "https://arxiv.org/abs/2006.11239"),
    "salimans2022": Work("T. Salimans, J. Ho", "Progressive Distillation for Fast Sampling of Diffusion Models", 2022, "ICLR", "https://arxiv.org/abs/2202.00512"),
    "kingma2021": Work("D. P. Kingma, T. Salimans, B. Poole, J. Ho", "Variational Diffusion Models", 2021, "NeurIPS", "https://arxiv.org/abs/2107.00630"),
    "albergo2023": Work("M. S. Albergo, N. M. Boffi, E. Vanden-Eijnden", "Stochastic Interpolants: A Unifying Framework for Flows and Diffusions", 2023, "arXiv", "https://arxiv.org/abs/2303.08797"),
    "bishop2006": Work("C. M. Bishop", "Pattern Recognition and Machine Learning", 2006, "Springer", "https://www.springer.com/book/9780387310732"),
    "sarkka2019": Work("S. Särkkä, A. Solin", "Applied Stochastic Differential Equations", 2019, "Cambridge University Press", "https://doi.org/10.1017/9781108186735"),
    "efron2011": Work("B. Efron", "Tweedie's Formula and Selection Bias", 2011, "Journal of the American Statistical Association", "https://doi.org/10.1198/jasa.2011.tm11181"),
    "vincent2011": Work("P. Vincent", "A Connection Between Score Matching and Denoising Autoencoders", 2011, "Neural Computation", "https://doi.org/10.1162/NECO_a_00142"),
    "chen2018": Work("R. T. Q. Chen, Y. Rubanova, J. Bettencourt, D. Duvenaud", "Neural Ordinary Differential Equations", 2018, "NeurIPS", "https://arxiv.org/abs/1806.07366"),
    "papamakarios2021": Work("G. Papamakarios, E. Nalisnick, D. J. Rezende, S. Mohamed, B. Lakshminarayanan", "Normalizing Flows for Probabilistic Modeling and Inference", 2021, "Journal of Machine Learning Research", "https://arxiv.org/abs/1912.02762"),
    "hutchinson1989": Work("M. F. Hutchinson", "A Stochastic Estimator of the Trace of the Influence Matrix for Laplacian Smoothing Splines", 1989, "Communications in Statistics - Simulation and Computation", "https://doi.org/10.1080/03610918908812806"),
    "avron2011": Work("H. Avron, S. Toledo", "Randomized Algorithms for Estimating the Trace of an Implicit Symmetric Positive Semi-Definite Matrix", 2011, "Journal of the ACM", "https://doi.org/10.1145/1944345.1944349"),
    "grathwohl2019": Work("W. Grathwohl, R. T. Q. Chen, J. Bettencourt, I. Sutskever, D. Duvenaud", "FFJORD: Free-form Continuous Dynamics for Scalable Reversible Generative Models", 2019, "ICLR", "https://arxiv.org/abs/1810.01367"),
    "karras2022": Work("T. Karras, M. Aittala, T. Aila, S. Laine", "Elucidating the Design Space of Diffusion-Based Generative Models", 2022, "NeurIPS", "https://arxiv.org/abs/2206.00364"),
    "nichol2021": Work("A. Q. Nichol, P. Dhariwal", "Improved Denoising Diffusion Probabilistic Models", 2021, "ICML", "https://arxiv.org/abs/2102.09672"),
    "chen2023": Work("T. Chen", "On the Importance of Noise Scheduling for Diffusion Models", 2023, "arXiv", "https://arxiv.org/abs/2301.10972"),
    "esser2024": Work("P. Esser, S. Kulal, A. Blattmann, R. Entezari, J. Müller, H. Saini, Y. Levi, D. Lorenz, A. Sauer, F. Boesel, D. Podell, T. Dockhorn, Z. English, R. Rombach", "Scaling Rectified Flow Transformers for High-Resolution Image Synthesis", 2024, "ICML", "https://arxiv.org/abs/2403.03206"),
    "lin2024": Work("S. Lin, B. Liu, J. Li, X. Yang", "Common Diffusion Noise Schedules and Sample Steps are Flawed", 2024, "WACV", "https://arxiv.org/abs/2305.08891"),
    "lu2022": Work("C. Lu, Y. Zhou, F. Bao, J. Chen, C. Li, J. Zhu", "DPM-Solver: A Fast ODE Solver for Diffusion Probabilistic Model Sampling in Around 10 Steps", 2022, "NeurIPS", "https://arxiv.org/abs/2206.00927"),
    "house": Work("the authors of refimpl", "Definitions and derivations of this project", 2026, "refimpl", "", opened=True),
}
