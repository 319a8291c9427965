A_MISTAKE = 1e-3  # what is worth a name moves a result by more than this
