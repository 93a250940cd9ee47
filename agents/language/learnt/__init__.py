"""What the planner learnt: how likely a reading is right, from features anybody can name; text weights, checked by their hash."""
