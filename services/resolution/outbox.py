"""What is published of each of resolution's domain events."""

from services.kernel.contracts import meetings
from services.kernel.contracts import resolution as contracts
from services.kernel.store import Outbox
from services.resolution.domain import CalendarBook, Case, Meeting, RecapForm, RuleBook

OUTBOX: Outbox = {
    Case.OpenedV1: contracts.CaseOpenedV1,
    Case.Opened: contracts.CaseOpenedV2,
    Case.TeamNotified: contracts.TeamNotifiedV1,
    Case.Graded: contracts.CaseGradedV1,
    Case.ComplainantMet: contracts.ComplainantMetV1,
    Case.ImmediateAnswerGiven: contracts.ImmediateAnswerGivenV1,
    Case.Analysed: contracts.ComplaintAnalysedV1,
    Case.Planned: contracts.ResponsePlannedV1,
    Case.FollowedUp: contracts.FollowUpCarriedOutV1,
    Case.Documented: contracts.ResolutionDocumentedV1,
    Case.Evaluated: contracts.EvaluationRecordedV1,
    Case.Reopened: contracts.CaseReopenedV1,
    Case.TeamCallAcknowledged: contracts.TeamCallAcknowledgedV1,
    Case.Assigned: contracts.CaseAssignedV1,
    Case.Commented: contracts.CaseCommentedV1,
    Case.Paused: contracts.CasePausedV1,
    Case.Resumed: contracts.CaseResumedV1,
    Case.Escalated: contracts.CaseEscalatedV1,
    Case.EscalationAnswered: contracts.EscalationAnsweredV1,
    Case.Referred: contracts.CaseReferredV1,
    Case.Corrected: contracts.CaseCorrectedV1,
    Case.Withdrawn: contracts.CaseWithdrawnV1,
    Case.Joined: contracts.CaseJoinedV1,
    Case.Restored: contracts.CaseRestoredV1,
    Case.RequestRefused: contracts.CaseRequestRefusedV1,
    Case.KeyShared: contracts.KeySharedV1,
    Case.ForumAnswered: meetings.ForumAnsweredV1,
    Meeting.Planned: meetings.MeetingPlannedV1,
    Meeting.Replanned: meetings.MeetingReplannedV1,
    Meeting.Cancelled: meetings.MeetingCancelledV1,
    Meeting.Held: meetings.MeetingHeldV1,
    Meeting.MinutesCorrected: meetings.MinutesCorrectedV1,
    Meeting.DecisionDone: meetings.DecisionDoneV1,
    RuleBook.Begun: contracts.RulesChangedV1,
    RuleBook.Changed: contracts.RulesChangedV1,
    CalendarBook.Begun: contracts.CalendarChangedV1,
    CalendarBook.Changed: contracts.CalendarChangedV1,
    RecapForm.Begun: contracts.RecapCompletedV1,
    RecapForm.Completed: contracts.RecapCompletedV1,
}
