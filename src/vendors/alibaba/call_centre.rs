//! The check of an operation's instance, and the refusals that every operation of the call centre
//! has (fact sheet 3.2, B7). Each operation declares these refusals under its own ids.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::gateway::{Caller, Gateway, Refused};
use crate::dialects::alibaba::InstanceState;
use crate::vendor::{Refusing, checked, keep};

/// The refusals about the instance, which each operation declares under its own ids.
pub trait OfInstance: Refusing {
    /// A missing or empty `InstanceId`.
    fn missing() -> Self;
    /// An instance that the key's account does not have.
    fn not_found(id: String) -> Self;
    /// An instance in a state other than running.
    fn not_running(state: InstanceState, id: String) -> Self;
}

/// Declares the refusal table of an operation: the rows that every operation of the call centre
/// has, then the operation's own.
macro_rules! call_centre_refusals {
    (in $prefix:literal, of $request:ident; $($own:tt)*) => {
        $crate::vendor::refusals! {
            in $prefix, of $request;

            MissingInstanceId = "missing_instance_id", 400 Inferred, "1.5, 3.1",
                "No `InstanceId`, or an empty one.",
                "InstanceId is mandatory for this action.", "MissingInstanceId";
            InstanceNotFound(String = $crate::vendors::alibaba::gateway::instance_of($request)) = "instance_not_found", 404 Inferred changing, "3.2 (B7)",
                "An instance that the key's account does not have.",
                "The specified instance {0} does not exist.", "NotExists.InstanceId";
            InstanceCeased(String = $crate::vendors::alibaba::gateway::instance_of($request)) = "instance_ceased", 403 Inferred changing, "3.2 (B7)",
                "An instance that is stopped.",
                "Service abnormal. The instance {0} is stopped.", "AbnormalService.Ceased";
            InstanceCreating(String = $crate::vendors::alibaba::gateway::instance_of($request)) = "instance_creating", 403 Inferred changing, "3.2 (B7)",
                "An instance that is being created.",
                "Service abnormal. The instance {0} is being created.", "AbnormalService.Creating";
            InstanceDisabled(String = $crate::vendors::alibaba::gateway::instance_of($request)) = "instance_disabled", 403 Inferred changing, "3.2 (B7)",
                "An instance whose service is not enabled.",
                "Service abnormal. Call center service of {0} is not enabled.", "AbnormalService.Disabled";
            InternalCommon(String = "Injected fault.".to_owned()) = "internal_service_common", 500 Documented fault passing, "page, error codes",
                "The call centre failed.",
                "An internal service error occurred. {0}", "InternalService.Common";
            InternalDb(String = "Injected fault.".to_owned()) = "internal_service_db", 500 Inferred fault passing, "3.2",
                "The call centre's database failed.",
                "An internal DB service error occurred. {0}", "InternalService.DB";
            InternalAc(String = "Injected fault.".to_owned()) = "internal_service_ac", 500 Inferred fault passing, "3.2",
                "The call centre's access control failed.",
                "An internal AC service error occurred. {0}", "InternalService.AC";
            InternalAccount(String = "Injected fault.".to_owned()) = "internal_service_account", 500 Inferred fault passing, "3.2",
                "The call centre's accounts failed.",
                "An internal Account service error occurred. {0}", "InternalService.Account";
            InternalCti(String = "Injected fault.".to_owned()) = "internal_service_cti", 500 Inferred fault passing, "3.2",
                "The call centre's telephony failed.",
                "An internal CTI service error occurred. {0}", "InternalService.CTI";
            PermissionCommon(String = "Injected fault.".to_owned()) = "permission_common", 403 Inferred fault credential, "3.2",
                "No permission at the call centre.",
                "You have no permission to access. {0}", "Permission.Common";
            $($own)*
        }

        impl $crate::vendors::alibaba::call_centre::OfInstance for Error {
            fn missing() -> Self {
                Error::MissingInstanceId
            }

            fn not_found(id: String) -> Self {
                Error::InstanceNotFound(id)
            }

            fn not_running(state: $crate::dialects::alibaba::InstanceState, id: String) -> Self {
                use $crate::dialects::alibaba::InstanceState;
                match state {
                    InstanceState::Running | InstanceState::Stopped => Error::InstanceCeased(id),
                    InstanceState::Creating => Error::InstanceCreating(id),
                    InstanceState::Disabled => Error::InstanceDisabled(id),
                }
            }
        }
    };
}

pub(super) use call_centre_refusals;

/// The request's instance. The key's account has it, and it is running (B7).
#[derive(Debug)]
pub struct Instance<E> {
    /// The id of the instance.
    pub id: String,
    refuses: PhantomData<E>,
}

impl<E> Clone for Instance<E> {
    fn clone(&self) -> Self {
        Self { id: self.id.clone(), refuses: PhantomData }
    }
}

impl<S: Sync, E: OfInstance> FromRequestParts<S> for Instance<E> {
    type Rejection = Refused;

    async fn from_request_parts(request: &mut Parts, _: &S) -> Result<Self, Refused> {
        let Caller { instances, .. } = checked(request).await?;
        let Gateway { parameters, .. } = checked(request).await?;
        let given = parameters.get("InstanceId").map_err(|refusal| Refused::of(request, refusal))?;
        let id = given.ok_or_else(|| Refused::of(request, E::missing()))?.to_owned();
        let state = instances.iter().find(|instance| instance.id == id).map(|instance| instance.state);
        match state {
            Some(InstanceState::Running) => {
                let instance = Self { id, refuses: PhantomData };
                keep(request, &instance);
                Ok(instance)
            }
            None => Err(Refused::of(request, E::not_found(id))),
            Some(state) => Err(Refused::of(request, E::not_running(state, id))),
        }
    }
}
