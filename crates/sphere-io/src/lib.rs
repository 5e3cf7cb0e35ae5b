//! Arrays and pictures of points on the sphere, in files and streams.
