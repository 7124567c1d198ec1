"""`yida nlu report`: what the trained model gets right, where it errs, how honest its confidence is, as one HTML page."""
