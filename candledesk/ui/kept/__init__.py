"""What a person keeps of the window's tools: favourites, and named documents of the user data."""
