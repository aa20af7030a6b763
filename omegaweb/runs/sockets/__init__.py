"""How sockets are served: `people` behind them, `shared` work, the `desk` that makes frames, and `base`, their life."""
