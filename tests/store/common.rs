//! What the tests of the store share: small rows to write and count, without the meaning of any record.

use diesel::prelude::*;
use raakvlak_store::schema::places;
use raakvlak_store::{Action, AuditEntry, ObjectKind, Store, StoreError, StoreResult, Tx};

/// Adds a row; the name is its identity.
pub(crate) fn add(tx: &mut Tx<'_>, name: &str) -> StoreResult<()> {
    let row = (places::kind.eq("town"), places::name.eq(name), places::latitude.eq(52_000_000), places::longitude.eq(5_000_000));
    diesel::insert_into(places::table).values(row).execute(tx.connection())?;
    Ok(())
}

/// Adds a row with everything that belongs to a real act: a key, an audit row, a change.
pub(crate) fn act(tx: &mut Tx<'_>, name: &str) -> StoreResult<String> {
    let key = tx.new_key()?.to_string();
    let row = (
        places::kind.eq("town"),
        places::name.eq(name),
        places::latitude.eq(52_000_000),
        places::longitude.eq(5_000_000),
        places::region.eq(&key),
    );
    diesel::insert_into(places::table).values(row).execute(tx.connection())?;
    tx.audit(AuditEntry::new("somebody", "steward", Action::Create, ObjectKind::Place, name).fields(&["name", "region"]));
    tx.changed(ObjectKind::Place, name);
    Ok(key)
}

/// The names of all rows, in order.
pub(crate) fn names(store: &Store) -> Vec<String> {
    store.read(|db| Ok::<_, StoreError>(places::table.select(places::name).order(places::name).load(db.connection())?)).unwrap()
}

/// Numbers that look random and are the same for the same seed (Steele, Lea and Flood 2014, SplitMix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below a bound.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}
