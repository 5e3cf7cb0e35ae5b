//! From the text of a kernel to code for one architecture, by NVRTC.
