from diffusers import DEISMultistepScheduler

s = DEISMultistepScheduler(use_karras_sigmas=True)
s.set_timesteps(5)
print("comes", float((s.sigmas[1:] < s.sigmas[:-1]).sum()), "right", 5.0, s.sigmas)  # steps that go anywhere
