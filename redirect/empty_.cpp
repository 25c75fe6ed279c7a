namespace waymark {}
