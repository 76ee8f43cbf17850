package riversource

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

func TestOfTwoReleasesOfAClaimTheFirstIsWritten(t *testing.T) {
	t.Parallel()
	claim := func(n byte, epoch int64) fence.Claim {
		return fence.Claim{Lane: fence.Lane{Kind: fence.Connections, ID: uuid.UUID{n}}, Epoch: epoch}
	}
	s := &Source{mail: newMail()}
	s.mail.releases = releases{
		{claim: claim(1, 4), left: []byte("limits"), cut: true},
		{claim: claim(2, 4)},
		// The lane was taken for stray before its release was written.
		{claim: claim(1, 4), again: time.Now()},
		{claim: claim(1, 5)},
	}
	got, _ := s.collect()
	if len(got) != 3 || !got[0].cut || got[1].claim != claim(2, 4) || got[2].claim != claim(1, 5) {
		t.Errorf("written are %+v", got)
	}
}
