package connection

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/problem"
)

// errOtherAccount is why credentials are refused that are good and open another account.
var errOtherAccount = errors.New("another account")

// noteVain writes into the audit log that something was tried at a TSP and came to nothing: it went out, was counted there
// and may have told somebody whether a guess was right. What is refused before that has done nothing and is no entry.
// Neither what was tried nor the words of the TSP are in it.
func (s *Service) noteVain(ctx context.Context, what, object string, refused error) {
	s.note(ctx, "tried "+what+" in vain: "+whyVain(refused), object)
}

// note writes into the audit log what no change tells of. What was done stays done if that fails.
func (s *Service) note(ctx context.Context, did, object string) {
	if s.Note == nil {
		return
	}
	if err := s.Note(ctx, audit.Entry{Action: did, Object: object}); err != nil {
		s.Log.Error("what was tried at a TSP is not in the audit log", "action", did, "object", object, "error", err)
	}
}

// whyVain says in words of our own why a trial came to nothing.
func whyVain(err error) string {
	of := problem.Of(err)
	switch {
	case errors.Is(err, errOtherAccount):
		return "they open another account"
	case errors.Is(err, fence.ErrOvertaken), errors.Is(err, ErrUsed):
		return "somebody else was faster"
	case of.Code == problem.Invalid && len(of.Details) > 0 && of.Details[0].Code == codeAddress:
		return "their address is not called"
	case of.Code == problem.Invalid:
		return "the TSP refuses them"
	case of.Code == problem.GatewayTimeout:
		return "the TSP could not be asked"
	case of.Code == problem.TooMany:
		return "there were too many at once"
	case of.Code == problem.Unavailable:
		return "Waybill was stopping or its store was away"
	case of.Code >= problem.Internal:
		return "a fault of ours"
	}
	return "it may not be changed any more"
}

// tries names what a wish has tried at the TSP.
func (w *wish) tries() string {
	credentials, settings := w.body.Has("credentials"), w.body.Has("settings")
	switch {
	case credentials && settings:
		return "credentials, settings"
	case credentials:
		return "credentials"
	case settings:
		return "settings"
	}
	return "the stored credentials"
}

// maker names whom a connection would have been made for: its fleet, or, of one that is not there, who asked.
func (o order) maker(fleet, by uuid.UUID) string {
	if o.newFleet {
		return "partner:" + by.String()
	}
	return "fleet:" + fleet.String()
}
