"""Every event the log may hold: dotted name (thing, then what happened to it, in the past) and what it means.

`record()` refuses a name that is not here. Names are stable: auditors filter by them, and they are hashed into the log.
"""

from types import MappingProxyType

EVENTS = MappingProxyType(
    {
        # What happens to a document
        "document.received": "A file was accepted and stored",
        "document.refused": "A file was not accepted; the reason is recorded, the bytes are kept apart for a while",
        "document.duplicate": "A file with exactly the bytes of an earlier document arrived",
        "document.quarantined": "A file was kept, but is not processed because it may be harmful or cannot be parsed",
        "document.read": "The words on its pages were found",
        "document.extracted": "Its fields were predicted, with confidence, by the named reader",
        "document.checked": "The checks ran; their findings are recorded",
        "document.triaged": "The policy decided whether a person must look",
        "document.viewed": "A person opened the document",
        "document.corrected": "A person changed or entered a field",
        "document.confirmed": "A person confirmed a field as it was read",
        "document.verified": "A person confirmed that its fields are right",
        "document.approved": "A person, or a policy that may, approved it for payment",
        "document.rejected": "A person rejected it, with a reason",
        "document.postponed": "A person put it off until a later time",
        "document.commented": "A person left a remark",
        "document.reopened": "A decided document was taken up again",
        "document.posting_started": "The intent to post it was recorded, before anything was sent",
        "document.posted": "The accounting system confirmed it",
        "document.posting_failed": "The accounting system refused it",
        "document.posting_unknown": "The accounting system's answer never came; it must be asked before any repeat",
        "document.archived": "Its processing is complete",
        "document.decision_withdrawn": "A person took their decision back before anything followed from it",
        "document.sent_back": "An approver gave it back to be verified again, with a reason",
        "document.taken_over": "A person took it over from a colleague who had it open",
        "document.held": "A person put it on hold: it goes no further until the hold is released",
        "document.released": "A hold on it was released",
        "document.resumed": "It is no longer failed: an operator's retry brought it back to where its run goes on",
        "document.sla_warned": "Three quarters of the time that the policy gives its gate are over",
        "document.sla_escalated": "It was not decided in time: whoever held it lost it, and all who may decide see it",
        # What happens to a run of the workflow
        "run.started": "A run of the workflow began",
        "run.completed": "Every step finished",
        "run.failed": "A step failed for good; a person must look",
        "run.cancelled": "A person, or a newer run, stopped it",
        "run.retried": "An operator started a failed step again",
        "run.paused": "An operator held it",
        "run.resumed": "An operator let it go on",
        "run.step_skipped": "An operator passed over a step, with a reason",
        "run.action_refused": "An operator tried to do something to it that could not be done; nothing changed",
        "run.compensated": "A completed step was undone after a later failure or a cancellation",
        # Configuration
        "workflow.published": "A new version of a workflow took effect for runs started from then on",
        "policy.published": "A new version of a policy took effect",
        "entity.created": "A legal entity was added",
        "entity.changed": "A legal entity's details were changed",
        "supplier.created": "A supplier was added",
        "supplier.changed": "A supplier's details were changed",
        "supplier.bank_account_added": "A bank account was recorded for a supplier",
        "supplier.bank_account_confirmed": "A second person confirmed a supplier's bank account",
        # Where documents come from
        "channel.created": "A channel that files are taken from was set up",
        "channel.changed": "A channel's settings were changed",
        "channel.removed": "A channel that nothing had come through was removed",
        "channel.fetch_requested": "Somebody had a channel looked at at once",
        "arrival.retried": "A person had a refused file taken in again; what came of it is recorded",
        "arrival.bytes_dropped": "The bytes of a refused file were destroyed after their time",
        "mail.answered": "The sender of a mail was told what of it was refused",
        "mail.answer_failed": "The sender of a mail could not be told what of it was refused",
        # People and machines
        "user.created": "A person was given an account",
        "user.deactivated": "A person's account was closed",
        "user.signed_in": "A person signed in",
        "user.signed_out": "A person signed out",
        "user.sign_in_failed": "Somebody gave a wrong name or password",
        "user.locked_out": "Too many failed sign-ins; further attempts are refused for a while",
        "token.created": "A service was given a token",
        "token.revoked": "A service's token was withdrawn",
        "role.granted": "A person was given a role, for one legal entity or for all",
        "role.revoked": "A role was taken from a person",
        "limit.set": "A person may approve up to an amount, at one legal entity or at all; none means without limit",
        "stand_in.appointed": "A person is represented by another for some days",
        "stand_in.ended": "A person is represented no longer",
        # The log itself
        "export.created": "Records were exported; what and for which period is recorded",
    }
)
