"""The sentence encoder: multilingual-e5-small rebuilt from a registry package, tuned, served by ONNX Runtime."""
