package webhook

import "context"

// Surveys finds what somebody has to look at of the subscriptions of all partners, at a cost that does not grow with how
// many there are. No caller of the API may be given what it selects.
type Surveys interface {
	// StaleSubscriptions lists subscriptions that are stale, those first that became so last.
	StaleSubscriptions(ctx context.Context, most int) ([]Subscription, error)
	// CountTroubled counts the subscriptions that are stale and the dead letters, each up to a number.
	CountTroubled(ctx context.Context, most int) (stale, dead int, err error)
}
