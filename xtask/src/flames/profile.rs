//! From callgrind's counts of instructions to stacks of functions, inlined ones included.

use std::collections::BTreeMap;
use std::error::Error;
use std::process::Command;

use super::stacks::Node;
use crate::callgrind::Program;

/// How often instructions ran: of the program by address, of libraries by function.
#[derive(Debug, Default, PartialEq, Eq)]
struct Costs {
    here: BTreeMap<u64, u64>,
    elsewhere: BTreeMap<String, u64>,
}

/// An address, and the functions there, the innermost first.
type Stack<'a> = (u64, Vec<&'a str>);

/// Why addresses have no names on this machine.
pub(super) fn missing() -> Option<&'static str> {
    let there = Command::new("addr2line").arg("--version").output().is_ok();
    (!there).then_some("no addr2line here, which comes with binutils")
}

/// The stacks of a profile. Every function that is really called has a tower of its own; on it stands
/// what was inlined into it.
pub(super) fn stacks(program: &Program, profile: &str) -> Result<Node, Box<dyn Error>> {
    let costs = costs(profile, &program.path().canonicalize()?.display().to_string())?;
    let output = Command::new("addr2line")
        .args(["--addresses", "--inlines", "--functions", "--demangle", "--exe"])
        .arg(program.path())
        .args(costs.here.keys().map(|address| format!("{address:#x}")))
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let mut root = Node::default();
    for (address, stack) in named(&String::from_utf8_lossy(&output.stdout))? {
        let cost = costs.here.get(&address).copied().unwrap_or_default();
        root.add(stack.into_iter().rev(), cost);
    }
    for (function, cost) in &costs.elsewhere {
        root.add([function.as_str()], *cost);
    }
    Ok(root)
}

/// Reads what callgrind writes with `--dump-instr=yes --dump-line=no` and nothing compressed.
fn costs(profile: &str, program: &str) -> Result<Costs, Box<dyn Error>> {
    let mut costs = Costs::default();
    let (mut object, mut function) = ("", "");
    let mut lines = profile.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("ob=") {
            object = name;
        } else if let Some(name) = line.strip_prefix("fn=") {
            function = name;
        } else if line.starts_with("calls=") {
            // What the callee cost: it is listed under its own name as well.
            lines.next();
        } else if let Some((address, cost)) = address_and_cost(line) {
            let (address, cost) = (u64::from_str_radix(address, 16)?, cost.trim().parse::<u64>()?);
            if object == program {
                *costs.here.entry(address).or_default() += cost;
            } else {
                *costs.elsewhere.entry(function.to_owned()).or_default() += cost;
            }
        }
    }
    Ok(costs)
}

fn address_and_cost(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("0x")?.split_once(' ')
}

/// Reads addr2line's lines: an address, then for each function its name and its file.
fn named(text: &str) -> Result<Vec<Stack<'_>>, Box<dyn Error>> {
    let mut stacks: Vec<Stack<'_>> = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(address) = line.strip_prefix("0x") {
            stacks.push((u64::from_str_radix(address, 16)?, Vec::new()));
        } else if let Some((_, stack)) = stacks.last_mut() {
            stack.push(line);
            lines.next();
        }
    }
    Ok(stacks)
}

#[cfg(test)]
mod tests {
    use super::{costs, named};

    #[test]
    fn costs_are_summed_by_address_here_and_by_function_elsewhere() {
        let text = "version: 1\npositions: instr\nevents: Ir\nob=/a/count\nfl=x.rs\nfn=f\n0x10 3\n\
                    fi=y.rs\n0x14 4\ncob=/libc\ncfn=memcpy\ncalls=2 0x99 \n0x18 1000\n0x18 2\n\
                    ob=/libc\nfn=memcpy\n0x99 5\n0x9b 6\nob=/a/count\nfn=g\n0x10 1\n\ntotals: 21\n";
        let costs = costs(text, "/a/count").unwrap();
        assert_eq!(costs.here.into_iter().collect::<Vec<_>>(), [(0x10, 4), (0x14, 4), (0x18, 2)]);
        assert_eq!(costs.elsewhere.into_iter().collect::<Vec<_>>(), [("memcpy".to_owned(), 11)]);
    }

    #[test]
    fn inlined_functions_are_frames() {
        let text =
            "0x0010\ninner\na.rs:1\nouter\nb.rs:2\n0x0014\nouter\nb.rs:3 (discriminator 1)\n";
        let expected = vec![(0x10, vec!["inner", "outer"]), (0x14, vec!["outer"])];
        assert_eq!(named(text).unwrap(), expected);
    }
}
