# The checkpoint scanner: a frame comes in, a verdict goes out.
