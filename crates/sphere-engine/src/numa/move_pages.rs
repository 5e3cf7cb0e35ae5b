//! Where the pages of memory lie, and moving them.

#![cfg_attr(
    target_os = "linux",
    allow(unsafe_code, reason = "move_pages(2) has no safe wrapper: it takes raw addresses")
)]

use super::{Move, NumaError};

/// The bytes of a page as the kernel counts them here.
#[cfg(target_os = "linux")]
pub(super) fn page_bytes() -> usize {
    rustix::param::page_size()
}

/// The node of each page that lies wholly within `memory`; `None` for those that nobody has touched
/// yet. O(pages).
#[cfg(target_os = "linux")]
pub(super) fn locate(memory: &[u8]) -> Result<Vec<Option<u32>>, NumaError> {
    let status = call(&addresses(memory), None)?;
    Ok(status.into_iter().map(|status| u32::try_from(status).ok()).collect())
}

/// Asks for pages to be moved; [`locate`] says which were. What they hold, and where a program finds
/// them, stays the same.
#[cfg(target_os = "linux")]
pub(super) fn move_to(memory: &mut [u8], moves: &[Move]) -> Result<(), NumaError> {
    let all = addresses(memory);
    let moves = || moves.iter().filter_map(|one| Some((*all.get(one.page)?, one.to as i32)));
    let pages: Vec<usize> = moves().map(|(page, _)| page).collect();
    let nodes: Vec<i32> = moves().map(|(_, node)| node).collect();
    call(&pages, Some(&nodes)).map(drop)
}

/// The addresses of whole pages.
#[cfg(target_os = "linux")]
fn addresses(memory: &[u8]) -> Vec<usize> {
    let page = page_bytes();
    let first = memory.as_ptr().addr().next_multiple_of(page);
    let end = memory.as_ptr().addr() + memory.len();
    (first..end).step_by(page).filter(|address| end - address >= page).collect()
}

/// The status of each page: its node, or a negative error. `nodes`, one for each page, moves them.
#[cfg(target_os = "linux")]
fn call(pages: &[usize], nodes: Option<&[i32]>) -> Result<Vec<i32>, NumaError> {
    use std::ptr;

    /// Move what this process alone uses.
    const MPOL_MF_MOVE: libc::c_long = 1 << 1;
    let this_process: libc::c_long = 0;

    let mut status = vec![-libc::EAGAIN; pages.len()];
    debug_assert!(nodes.is_none_or(|nodes| nodes.len() == pages.len()));
    // SAFETY: the kernel reads `pages` and, unless it is null, `nodes`, and writes `status`; each has
    // as many elements as the count says. The addresses are numbers to it: one that is not mapped
    // gives an error in `status`. Moving a page changes neither its address nor its bytes.
    let result = unsafe {
        libc::syscall(
            libc::SYS_move_pages,
            this_process,
            pages.len(),
            pages.as_ptr(),
            nodes.map_or(ptr::null(), <[i32]>::as_ptr),
            status.as_mut_ptr(),
            MPOL_MF_MOVE,
        )
    };
    // A positive result is the number of pages that could not be moved: no error of the call.
    if result < 0 {
        let reason = std::io::Error::last_os_error().to_string();
        return Err(NumaError::MovePages { reason });
    }
    Ok(status)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn page_bytes() -> usize {
    1 << 12
}

#[cfg(not(target_os = "linux"))]
pub(super) fn locate(_memory: &[u8]) -> Result<Vec<Option<u32>>, NumaError> {
    Err(unavailable())
}

#[cfg(not(target_os = "linux"))]
pub(super) fn move_to(_memory: &mut [u8], _moves: &[Move]) -> Result<(), NumaError> {
    Err(unavailable())
}

#[cfg(not(target_os = "linux"))]
fn unavailable() -> NumaError {
    NumaError::MovePages { reason: "only Linux can".to_string() }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{Move, locate, move_to, page_bytes};

    #[test]
    fn pages_move_to_where_they_are_and_keep_what_they_hold() {
        let mut memory = vec![0_u8; 64 * page_bytes()];
        memory.iter_mut().enumerate().for_each(|(at, byte)| *byte = at as u8);
        // Containers may forbid to ask.
        let Ok(before) = locate(&memory) else { return };
        // A page at each end may be shared with what lies beside it.
        assert!((63..=64).contains(&before.len()));
        let moves: Vec<Move> = (before.iter().enumerate())
            .map(|(page, node)| Move { page, from: node.unwrap(), to: node.unwrap() })
            .collect();
        move_to(&mut memory, &moves).unwrap();
        assert_eq!(locate(&memory).unwrap(), before);
        assert!(memory.iter().enumerate().all(|(at, byte)| *byte == at as u8));
        // No page, and a page that is not there, are nothing to do.
        move_to(&mut memory, &[]).unwrap();
        move_to(&mut memory, &[Move { page: 64, from: 0, to: 0 }]).unwrap();
        assert!(locate(&memory[..page_bytes() - 1]).unwrap().is_empty());
    }
}
