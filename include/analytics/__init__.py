"""What SQL cannot say well; pure functions, arrays in, arrays out."""
