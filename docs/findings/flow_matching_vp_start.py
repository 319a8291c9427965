import torch
from flow_matching.path.scheduler import CondOTScheduler, ScheduleTransformedModel, VPScheduler
from flow_matching.utils import ModelWrapper


class Velocity(ModelWrapper):
    def forward(self, x, t):  # exact for data N(0.7, 0.25) on the variance preserving path
        p = VPScheduler()(t)
        slope = (0.25 * p.alpha_t * p.d_alpha_t + p.sigma_t * p.d_sigma_t) / (0.25 * p.alpha_t**2 + p.sigma_t**2)
        return 0.7 * p.d_alpha_t + slope * (x - 0.7 * p.alpha_t)


model = ScheduleTransformedModel(Velocity(None), VPScheduler(), CondOTScheduler())
came = model(x=torch.ones(1, 1), t=torch.zeros(1, 1))
print("comes", float(came), "right", 0.7 - 1.0, "asked for t =", float(VPScheduler().snr_inverse(torch.zeros(1))))
