"""What metrics are made of, period by period: amounts, conversions, stage rates, answers to surveys."""
