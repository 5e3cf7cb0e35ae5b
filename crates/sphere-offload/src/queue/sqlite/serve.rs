//! What a thread that writes does. Calls that come while it waits for the disk are the next transaction.

use std::sync::mpsc::Receiver;

use rusqlite::{Connection, TransactionBehavior};

use super::super::QueueError;
use super::keeper::Tools;
use super::open;
use super::refuse::{Refused, refuse};
use super::trouble::Halt;
use super::work::{Watch, Work};
use super::writer::{Call, WAITING};

/// No more changes in one transaction, but for a call that makes more: others wait for it.
const CHANGES: u64 = 4096;

/// Why a thread has ended.
pub(super) enum End {
    /// Nobody calls any more.
    Closed,
    /// Another is to go on, with this call if there is one.
    Anew(Option<Box<dyn Call>>),
}

/// Runs calls until there are none, or another thread has to.
pub(super) fn serve(
    tools: &Tools,
    mut connection: Option<Connection>,
    mut first: Option<Box<dyn Call>>,
    calls: &mut Receiver<Box<dyn Call>>,
) -> End {
    let (mut refused, mut watch) = (Refused::default(), Watch::default());
    while let Some(call) = first.take().or_else(|| calls.recv().ok()) {
        let due = Refused::by(&tools.drill);
        if !refused.may_become(due) {
            return End::Anew(Some(call));
        }
        let mut group = vec![call];
        let ended = become_refused(&mut refused, due)
            .and_then(|()| open(tools, &mut connection))
            .and_then(|connection| transaction(tools, &mut watch, connection, &mut group, calls));
        let in_doubt = ended.as_ref().is_err_and(Halt::leaves_doubt);
        if ended.is_err() {
            // What was seen may not be so. Seen anew, waits end later, never earlier.
            watch = Watch::default();
            connection.as_ref().filter(|_| !in_doubt).map(make_room);
        }
        let ended = ended.map_err(|halt| halt.told(&tools.path));
        if ended == Ok(true) {
            tools.bell.ring();
        }
        let ended = ended.map(drop);
        for call in group {
            call.answer(&ended);
        }
        if in_doubt {
            return End::Anew(None);
        }
    }
    End::Closed
}

/// From now on, if it is not so already.
fn become_refused(refused: &mut Refused, due: Refused) -> Result<(), Halt> {
    if *refused != due {
        refuse(due).map_err(|error| {
            let what = format!("a fault cannot be had: {error}");
            Halt::Call(QueueError::Storage { what })
        })?;
        *refused = due;
    }
    Ok(())
}

/// The connection, which is opened if there is none.
fn open<'a>(
    tools: &Tools,
    connection: &'a mut Option<Connection>,
) -> Result<&'a mut Connection, Halt> {
    match connection {
        Some(connection) => Ok(connection),
        none => Ok(none.insert(open::again(&tools.path)?)),
    }
}

/// On a disk that is full the journal cannot grow, but what it holds may have room in the file: then it begins
/// anew, and work goes on that needs no more. Waits for nobody.
fn make_room(connection: &Connection) {
    // Where this fails too, the next call is told.
    let _ = connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
}

/// Runs a call and those that have come since, and says whether a job became ready.
fn transaction(
    tools: &Tools,
    watch: &mut Watch,
    connection: &mut Connection,
    group: &mut Vec<Box<dyn Call>>,
    calls: &Receiver<Box<dyn Call>>,
) -> Result<bool, Halt> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut work = Work::begin(&transaction, &tools.limits, watch, &tools.time)?;
    let mut at = 0;
    while let Some(call) = group.get_mut(at) {
        work.turn_to(call.asked())?;
        if at == 0 && work.changes() == 0 {
            // Until now it is the whole transaction, which ends if it may not.
            if !call.run(&mut work)? {
                return Ok(false);
            }
        } else {
            run(call.as_mut(), &mut work)?;
        }
        work.look()?;
        at += 1;
        if at < WAITING && work.changes() < CHANGES {
            group.extend(calls.try_recv());
        }
    }
    let ready = work.end()?;
    transaction.commit()?;
    Ok(ready)
}

/// Runs a call among others; what it has written is undone if it may not.
fn run(call: &mut dyn Call, work: &mut Work<'_>) -> Result<(), Halt> {
    let connection = work.connection;
    let say = |text| {
        let statement = connection.prepare_cached(text);
        statement.and_then(|mut statement| statement.execute([])).map(drop)
    };
    say("SAVEPOINT call")?;
    if !call.run(work)? {
        say("ROLLBACK TO call")?;
    }
    Ok(say("RELEASE call")?)
}
