from diffusers import DDIMScheduler

s = DDIMScheduler(timestep_spacing="linspace")
s.set_timesteps(2)
right = float(s.timesteps[0])  # pure noise is the last row, however many steps follow
s.set_timesteps(1)
print("comes", float(s.timesteps[0]), "right", right)
