//! The functions of a library that is found where the program runs.

/// A table of functions of a library, looked up once by their names.
///
/// cudarc has the library and the signatures; its own functions are not called. They panic where a
/// symbol is missing, and they return an enum, which must never hold a number that a newer library
/// made up. Here a missing symbol is an error, and a function returns the number. That each signature
/// is the one of the bindings is checked when this is compiled; `like` names what to compare with where
/// the bindings do not have the function by that name.
///
/// Takes the module of the bindings from where it stands, as `sys`.
macro_rules! functions {
    (
        $(#[$about:meta])*
        struct $table:ident -> $status:ident;
        $($(#[$condition:meta])* $name:ident $(like $binding:ident)? ($($argument:ty),* $(,)?);)*
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug)]
        #[allow(non_snake_case, reason = "the names are those of the library")]
        struct $table {
            $($(#[$condition])* $name: unsafe extern "C" fn($($argument),*) -> u32,)*
        }

        $(
            $(#[$condition])*
            const _: unsafe fn($($argument),*) -> sys::$status =
                functions!(@binding $name $($binding)?);
        )*
        const _: () = assert!(size_of::<sys::$status>() == size_of::<u32>());

        impl $table {
            /// What is missing, if anything is.
            fn load() -> ::std::result::Result<Self, String> {
                // SAFETY: opening a library runs what it does when it is loaded. These are NVIDIA's,
                // by their names, from where this system keeps its libraries.
                let is_present = unsafe { sys::is_culib_present() };
                if !is_present {
                    return Err("it is not installed".to_string());
                }
                // SAFETY: as above. It is there, so this does not panic.
                let library = unsafe { sys::culib() };
                Ok(Self {
                    $($(#[$condition])* $name: {
                        // SAFETY: the function has the type that the bindings give it, made from the
                        // header of this library; an enum that C returns is a 32-bit number.
                        let found = unsafe { library.get(stringify!($name).as_bytes()) };
                        *found.map_err(|_| format!("it is too old: it has no {}", stringify!($name)))?
                    },)*
                })
            }
        }
    };
    (@binding $name:ident) => { sys::$name };
    (@binding $name:ident $binding:ident) => { $binding };
}

pub(super) use functions;
