//! The check of the `callId` in a path, shared by the operations on one call. Its refusals have ids
//! of each operation (fact sheet on the operations beside the list, C5-C8).

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::auth::Tenant;
use super::calls;
use super::error::Refused;
use super::readings::UnknownCall;
use crate::universe::Ordinal;
use crate::vendor::{Context, Refusing, checked};

/// The refusals of an unknown call, which each operation on one call declares under its own ids.
pub trait OfCall: Refusing {
    /// The refusal of an unknown call under an option of the reading.
    fn unknown(reading: UnknownCall) -> Self;
}

/// Declares the refusal table of an operation on one call: the shared rows, then the operation's
/// own.
macro_rules! one_call_refusals {
    (in $prefix:literal, of $request:ident; $($own:tt)*) => {
        $crate::vendor::refusals! {
            in $prefix, of $request;

            CallNotFound = "call_not_found", 404 Choice changing, "unstated (C5, C6, C7)",
                "A call that does not exist, or is another tenant's.",
                "there is no such call";
            CallForbidden = "call_forbidden", 403 Choice changing, "unstated (C5)",
                "A call that does not exist (reading `commubo.unknown_call: 403`).",
                "there is no such call";
            CallNotAcceptable = "call_not_acceptable", 406 Choice changing, "unstated (C5)",
                "A call that does not exist (reading `commubo.unknown_call: 406`).",
                "there is no such call";
            $($own)*
        }

        impl $crate::vendors::commubo::one_call::OfCall for Error {
            fn unknown(reading: $crate::vendors::commubo::readings::UnknownCall) -> Self {
                use $crate::vendors::commubo::readings::UnknownCall;
                match reading {
                    UnknownCall::NotFound => Error::CallNotFound,
                    UnknownCall::Forbidden => Error::CallForbidden,
                    UnknownCall::NotAcceptable => Error::CallNotAcceptable,
                }
            }
        }
    };
}

pub(super) use one_call_refusals;

/// The call of the path's `callId`, visible to the tenant.
pub struct OneCall<E> {
    pub ordinal: Ordinal,
    refuses: PhantomData<E>,
}

impl<S: Sync, E: OfCall> FromRequestParts<S> for OneCall<E> {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let tenant: Tenant = checked(request).await?;
        let context = Context::of(request);
        let found = calls::find(&context.view(), &context.segment("callId"), &tenant.id);
        let ordinal = found.ok_or_else(|| Refused::of(request, E::unknown(context.world.reading())))?;
        Ok(Self { ordinal, refuses: PhantomData })
    }
}
