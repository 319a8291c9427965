from diffusers import EulerDiscreteScheduler

s = EulerDiscreteScheduler(beta_start=1e-4, beta_end=0.02, use_karras_sigmas=True)
bar = s.alphas_cumprod[-1]
s.set_timesteps(1)
print("comes", float(s.sigmas[0]), "right", float(((1 - bar) / bar) ** 0.5))  # sigma of the last row: all noise
