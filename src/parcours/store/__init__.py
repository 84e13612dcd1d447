"""What a team writes and must never lose, in SQL: every version of every document."""
