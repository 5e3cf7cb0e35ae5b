//! Runs one sampling job on one device.
