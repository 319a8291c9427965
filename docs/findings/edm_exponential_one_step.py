from diffusers import EDMEulerScheduler

s = EDMEulerScheduler(sigma_schedule="exponential")
s.set_timesteps(1)
print("comes", float(s.sigmas[0]), "right", s.config.sigma_max)
