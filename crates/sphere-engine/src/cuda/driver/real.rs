//! The driver that is installed on this machine.
