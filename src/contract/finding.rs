//! A finding: something wrong or fragile in what a client sent, that the vendor lets pass.

use serde::Serialize;

/// One rule about clients' requests. It never changes the answer.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `<vendor>.<what>`; stable, users write it in their tests.
    pub id: &'static str,
    /// What the client did.
    pub summary: &'static str,
    /// What to do instead.
    pub fix: &'static str,
}

/// Declares a vendor's findings and the list of them all.
macro_rules! findings {
    ($( $name:ident = $id:literal, $summary:literal, $fix:literal; )+) => {
        $(
            #[doc = $summary]
            pub static $name: $crate::contract::Finding =
                $crate::contract::Finding { id: $id, summary: $summary, fix: $fix };
        )+
        /// Every finding of this vendor.
        pub static FINDINGS: &[&$crate::contract::Finding] = &[$( &$name ),+];
    };
}

pub(crate) use findings;
