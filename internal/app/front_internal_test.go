package app

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/config"
)

func TestCallersGetHalfOfTheFilesThatMayBeOpen(t *testing.T) {
	t.Parallel()
	for files, want := range map[int]int{0: 1024, 4096: 1024, 2048: 1024, 1024: 512, 1: 1} {
		var told strings.Builder
		a := &App{config: config.Default(), log: slog.New(slog.NewTextHandler(&told, nil))}
		got := a.connectionsAtOnce(files)
		if warned := strings.Contains(told.String(), "LimitNOFILE"); got != want || warned != (want < 1024) {
			t.Errorf("%d files: %d connections, %s", files, got, told.String())
		}
	}
}
