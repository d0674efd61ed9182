"""Keys and end-user tokens of TensorZero feedback, serverless: for operators, and to mint with."""
