package operation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
)

// A message that names what helps must not name what is refused: whoever follows it is told of the next wall. So what is
// asked here is the same that decides once somebody does it.

// again says whether a retry sends once more what has failed without effect, or for what one would be refused now.
func (s *Service) again(ctx context.Context, op Operation) string {
	why, known := saidOf(s.unretried(ctx, op))
	switch {
	case !known:
		return "whether it can be retried is not known now"
	case why != "":
		return "a retry of it as it is would be refused now: " + why
	}
	return "POST .../retry sends it once more"
}

// unretried is the error by which a retry of an operation as it was would end now; nil if it would be accepted.
func (s *Service) unretried(ctx context.Context, op Operation) error {
	if err := s.overWhatEnded(ctx, op); err != nil {
		return err
	}
	r, err := s.Retried(ctx, op.Connection, op.ID, Request{Partner: op.Partner})
	if err == nil {
		_, err = s.check(ctx, r)
	}
	return err
}

// overWhatEnded is why nothing can be written any more over the connection of an operation; nil if that has not ended.
func (s *Service) overWhatEnded(ctx context.Context, op Operation) error {
	conn, err := s.Connections.Connection(ctx, op.Connection)
	if errors.Is(err, connection.ErrNotFound) {
		conn.Status, err = connection.Deleted, nil
	}
	if err == nil && conn.Status.Ended() {
		err = problem.New(problem.Conflict, "its connection is %s, and that is final; send a write of its own over another one", conn.Status)
	}
	return err
}

// unsent says, behind the advice to send another write over the connection of an operation, for what that would be refused now.
func (s *Service) unsent(ctx context.Context, op Operation) string {
	err := s.overWhatEnded(ctx, op)
	if err == nil {
		_, _, err = s.writable(ctx, Request{Partner: op.Partner, Kind: op.Kind}, op.Connection)
	}
	if why, _ := saidOf(err); why != "" {
		return "; that would be refused now: " + why
	}
	return ""
}

// saidOf is what a refusal says, "" of none; false if the error tells of no refusal.
func saidOf(err error) (said string, known bool) {
	if err == nil {
		return "", true
	}
	p := problem.Of(err)
	if slices.Contains([]problem.Code{problem.Internal, problem.Unavailable, problem.GatewayTimeout, problem.TooMany}, p.Code) {
		return "", false
	}
	all := []string{}
	if p.Detail != "" {
		all = append(all, p.Detail)
	}
	for _, d := range p.Details {
		all = append(all, strings.TrimPrefix(fmt.Sprintf("%s: %s", d.Path, d.Message), ": "))
	}
	return strings.Join(all, "; "), true
}

// orCancel is the advice to cancel what is pending, where that can be.
func (op Operation) orCancel() string {
	if op.uncancelled(nil) != nil {
		return ""
	}
	return ", or cancel it first"
}
