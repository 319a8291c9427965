from diffusers import FlowMatchEulerDiscreteScheduler

s = FlowMatchEulerDiscreteScheduler(shift_terminal=0.1)
s.set_timesteps(1)
print("comes", float(s.sigmas[0]), "right", 1.0)  # all noise: there is no last level to be moved
