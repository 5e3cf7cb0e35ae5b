//! What a call that failed means for a job.

use super::DriverError;
use crate::EngineError;

impl From<DriverError> for EngineError {
    /// As NVIDIA documents each number, by what to do about it. One that is not documented is a failure,
    /// which may pass.
    #[allow(clippy::match_same_arms, reason = "each line has a reason of its own")]
    fn from(error: DriverError) -> Self {
        let reason = error.to_string();
        match error.code {
            2 => Self::OutOfMemory,
            // A library of the toolkit that stands in for the driver; a driver that is too old, not
            // initialised here (it is not, in a child of a process that has used it), or not made for
            // this device; no device, or one that another process keeps; no licence.
            3 | 34 | 36 | 46 | 100..=102 | 227 | 803 | 804 => Self::Unavailable { reason },
            // What this device or system cannot do, not yet or not at all.
            801 | 802 | 919 => Self::Unavailable { reason },
            // No place with the server that shares the device: all are told so until it has recovered
            // from a fault of another process, or has room.
            805 | 807..=809 => Self::Unavailable { reason },
            // The driver is shutting down, or the context was destroyed.
            4 | 201 | 709 => Self::Lost { reason },
            // Memory or a link with an error that could not be corrected.
            214 | 220 => Self::Lost { reason },
            // A kernel that went wrong. Every later call in this process fails as well: it "must be
            // terminated and relaunched".
            226 | 700 | 702 | 710 | 714..=719 | 721 | 911 => Self::Lost { reason },
            // The server that shares the device is gone, or has ended this process's part.
            806 | 810 => Self::Lost { reason },
            _ => Self::Failed { reason },
        }
    }
}

#[cfg(test)]
mod tests {
    use cudarc::driver::sys::CUresult::{self, *};

    use super::*;

    fn classified(code: u32) -> EngineError {
        DriverError { call: "cuCall", code, name: "CUDA_ERROR".to_string() }.into()
    }

    const UNAVAILABLE: &[CUresult] = &[
        CUDA_ERROR_NOT_INITIALIZED,
        CUDA_ERROR_STUB_LIBRARY,
        CUDA_ERROR_CALL_REQUIRES_NEWER_DRIVER,
        CUDA_ERROR_DEVICE_UNAVAILABLE,
        CUDA_ERROR_NO_DEVICE,
        CUDA_ERROR_INVALID_DEVICE,
        CUDA_ERROR_DEVICE_NOT_LICENSED,
        CUDA_ERROR_INSUFFICIENT_LOADER_VERSION,
        CUDA_ERROR_NOT_SUPPORTED,
        CUDA_ERROR_SYSTEM_NOT_READY,
        CUDA_ERROR_SYSTEM_DRIVER_MISMATCH,
        CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE,
        CUDA_ERROR_MPS_CONNECTION_FAILED,
        CUDA_ERROR_MPS_SERVER_NOT_READY,
        CUDA_ERROR_MPS_MAX_CLIENTS_REACHED,
        CUDA_ERROR_MPS_MAX_CONNECTIONS_REACHED,
        CUDA_ERROR_FABRIC_NOT_READY,
    ];

    const LOST: &[CUresult] = &[
        CUDA_ERROR_DEINITIALIZED,
        CUDA_ERROR_INVALID_CONTEXT,
        CUDA_ERROR_ECC_UNCORRECTABLE,
        CUDA_ERROR_NVLINK_UNCORRECTABLE,
        CUDA_ERROR_CONTAINED,
        CUDA_ERROR_ILLEGAL_ADDRESS,
        CUDA_ERROR_LAUNCH_TIMEOUT,
        CUDA_ERROR_CONTEXT_IS_DESTROYED,
        CUDA_ERROR_ASSERT,
        CUDA_ERROR_HARDWARE_STACK_ERROR,
        CUDA_ERROR_ILLEGAL_INSTRUCTION,
        CUDA_ERROR_MISALIGNED_ADDRESS,
        CUDA_ERROR_INVALID_ADDRESS_SPACE,
        CUDA_ERROR_INVALID_PC,
        CUDA_ERROR_LAUNCH_FAILED,
        CUDA_ERROR_TENSOR_MEMORY_LEAK,
        CUDA_ERROR_MPS_RPC_FAILURE,
        CUDA_ERROR_MPS_CLIENT_TERMINATED,
        CUDA_ERROR_EXTERNAL_DEVICE,
    ];

    const FAILED: &[CUresult] = &[
        CUDA_ERROR_INVALID_VALUE,
        CUDA_ERROR_PROFILER_DISABLED,
        CUDA_ERROR_PROFILER_NOT_INITIALIZED,
        CUDA_ERROR_PROFILER_ALREADY_STARTED,
        CUDA_ERROR_PROFILER_ALREADY_STOPPED,
        CUDA_ERROR_MULTICAST_RESOURCE_FULL,
        CUDA_ERROR_INVALID_IMAGE,
        CUDA_ERROR_CONTEXT_ALREADY_CURRENT,
        CUDA_ERROR_MAP_FAILED,
        CUDA_ERROR_UNMAP_FAILED,
        CUDA_ERROR_ARRAY_IS_MAPPED,
        CUDA_ERROR_ALREADY_MAPPED,
        CUDA_ERROR_NO_BINARY_FOR_GPU,
        CUDA_ERROR_ALREADY_ACQUIRED,
        CUDA_ERROR_NOT_MAPPED,
        CUDA_ERROR_NOT_MAPPED_AS_ARRAY,
        CUDA_ERROR_NOT_MAPPED_AS_POINTER,
        CUDA_ERROR_UNSUPPORTED_LIMIT,
        CUDA_ERROR_CONTEXT_ALREADY_IN_USE,
        CUDA_ERROR_PEER_ACCESS_UNSUPPORTED,
        CUDA_ERROR_INVALID_PTX,
        CUDA_ERROR_INVALID_GRAPHICS_CONTEXT,
        CUDA_ERROR_JIT_COMPILER_NOT_FOUND,
        CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
        CUDA_ERROR_JIT_COMPILATION_DISABLED,
        CUDA_ERROR_UNSUPPORTED_EXEC_AFFINITY,
        CUDA_ERROR_UNSUPPORTED_DEVSIDE_SYNC,
        CUDA_ERROR_INVALID_SOURCE,
        CUDA_ERROR_FILE_NOT_FOUND,
        CUDA_ERROR_SHARED_OBJECT_SYMBOL_NOT_FOUND,
        CUDA_ERROR_SHARED_OBJECT_INIT_FAILED,
        CUDA_ERROR_OPERATING_SYSTEM,
        CUDA_ERROR_INVALID_HANDLE,
        CUDA_ERROR_ILLEGAL_STATE,
        CUDA_ERROR_LOSSY_QUERY,
        CUDA_ERROR_NOT_FOUND,
        CUDA_ERROR_NOT_READY,
        CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES,
        CUDA_ERROR_LAUNCH_INCOMPATIBLE_TEXTURING,
        CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED,
        CUDA_ERROR_PEER_ACCESS_NOT_ENABLED,
        CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE,
        CUDA_ERROR_TOO_MANY_PEERS,
        CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED,
        CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED,
        CUDA_ERROR_COOPERATIVE_LAUNCH_TOO_LARGE,
        CUDA_ERROR_NOT_PERMITTED,
        CUDA_ERROR_CDP_NOT_SUPPORTED,
        CUDA_ERROR_CDP_VERSION_MISMATCH,
        CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED,
        CUDA_ERROR_STREAM_CAPTURE_INVALIDATED,
        CUDA_ERROR_STREAM_CAPTURE_MERGE,
        CUDA_ERROR_STREAM_CAPTURE_UNMATCHED,
        CUDA_ERROR_STREAM_CAPTURE_UNJOINED,
        CUDA_ERROR_STREAM_CAPTURE_ISOLATION,
        CUDA_ERROR_STREAM_CAPTURE_IMPLICIT,
        CUDA_ERROR_CAPTURED_EVENT,
        CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD,
        CUDA_ERROR_TIMEOUT,
        CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE,
        CUDA_ERROR_INVALID_CLUSTER_SIZE,
        CUDA_ERROR_FUNCTION_NOT_LOADED,
        CUDA_ERROR_INVALID_RESOURCE_TYPE,
        CUDA_ERROR_INVALID_RESOURCE_CONFIGURATION,
        CUDA_ERROR_KEY_ROTATION,
        CUDA_ERROR_STREAM_DETACHED,
        CUDA_ERROR_GRAPH_RECAPTURE_FAILURE,
        CUDA_ERROR_UNKNOWN,
    ];

    #[test]
    fn every_documented_number_has_its_kind() {
        let reason = |code| format!("cuCall: CUDA_ERROR ({code})");
        for code in UNAVAILABLE.iter().map(|code| *code as u32) {
            assert_eq!(classified(code), EngineError::Unavailable { reason: reason(code) });
        }
        for code in LOST.iter().map(|code| *code as u32) {
            assert_eq!(classified(code), EngineError::Lost { reason: reason(code) });
        }
        for code in FAILED.iter().map(|code| *code as u32) {
            assert_eq!(classified(code), EngineError::Failed { reason: reason(code) });
        }
        assert_eq!(classified(CUDA_ERROR_OUT_OF_MEMORY as u32), EngineError::OutOfMemory);
    }

    /// No number stands in two lists, and what the lists do not name is a failure.
    #[test]
    fn every_other_number_is_a_failure() {
        let mut all: Vec<u32> =
            [UNAVAILABLE, LOST, FAILED].concat().iter().map(|c| *c as u32).collect();
        all.push(CUDA_ERROR_OUT_OF_MEMORY as u32);
        all.sort_unstable();
        assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
        for code in (1..2_000).chain([u32::MAX]).filter(|code| all.binary_search(code).is_err()) {
            assert!(matches!(classified(code), EngineError::Failed { .. }), "{code}");
        }
    }
}
