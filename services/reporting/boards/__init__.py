"""What a Puskesmas shows the public elsewhere than on a page: a sheet for the wall, a screen in the
waiting room, a feed. All of it is what the board's query gives, nothing else."""
