"""POST /feedback: one request, stored before it is answered."""
