package app_test

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/ncruces/go-sqlite3/driver"

	"github.com/waybill-dev/waybill/internal/store"
)

// beneath opens a database as one does who has a shell of it.
func beneath(t *testing.T, url string) *sql.DB {
	t.Helper()
	driver, source := "sqlite3", "file:"+url
	if store.Shared(url) {
		driver, source = "pgx", url
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	// It holds nothing open that a service would have to leave alone.
	db.SetMaxIdleConns(-1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// rawOf is what a closed database holds, as it holds it.
func rawOf(t *testing.T, url string) []byte {
	t.Helper()
	if !store.Shared(url) {
		raw, err := os.ReadFile(url)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	var all bytes.Buffer
	for _, table := range []string{"operation", "attempt", "event", "subscription", "receiver"} {
		if _, err := conn.PgConn().CopyTo(t.Context(), &all, `COPY `+table+` TO STDOUT (FORMAT binary)`); err != nil {
			t.Fatal(err)
		}
	}
	return all.Bytes()
}

// What is chosen meets each kind of route, write, event and command once. What is about files is not.
func TestTheSameHoldsOverPostgreSQL(t *testing.T) {
	t.Parallel()
	for _, test := range []func(*testing.T){
		TestAMessageIsAcceptedDeliveredAndTold, TestASyncWriteAnswersWithItsEndAndRaisesNoEvent,
		TestUpdatesOfOneVehicleKeepTheirOrder, TestRefusedCredentialsPauseTheConnectionAndLoseNothing,
		TestPagesOfOperationsHoldEachOnce, TestASyncUpdateThatACrashCutOffIsNeverSentAgain,
		TestEveryKindIsReadBackAfterItsWrite, TestEveryKindIsReadFromTheStoreInTheContractsForm,
		TestAListIsPagedFilteredAndSortedAsAsked, TestLogsAreListedByTimeAndByTheirPeople,
		TestTheDefectsOfAnInspectionAreRead, TestADriversAnswerIsImportedIntoTheThreadOfItsQuestion,
		TestAVehicleThatIsGoneAtTheTSPIsDeletedUntilItIsSeenAgain, TestANewConnectionIsImportedAtOnce,
		TestHowAConnectionIsImportedCanBeReadBySchedule, TestAReceiverHearsWhatImportsSeeChange,
		TestAConnectionIsMadeChangedAndDeletedOverTheAPI, TestConnectionsAreListedInPagesBothWays,
		TestAPausedConnectionTakesNoWritesUntilItIsActive,
		TestASubscriptionFromItsMakingToItsEnd, TestWhatAReceiverLostIsListedMeasuredAndReplayedAfterItsActivation,
		TestASubscriptionCanBeDeletedWhileADeliveryIsInFlight, TestEventsAreReadAsTheyAreReceived,
		TestAnOperatorSetsAGrantBesideTheService, TestAQueuedOperationIsNotSentOnceItsGrantIsGone,
		TestAShareAgreementFromItsMakingToItsEnd, TestPagesOfShareAgreementsHoldEachOnce,
		TestAShareAgreementWhoseScopesAreLostIsMendedAsItsRefusalSays,
		TestAFleetThatIsDeletedTakesItsConnectionsGrantsAndClientsAlong, TestAnOperatorDeletesAndMergesFleetsBesideTheService,
		TestTheSameKeyAndBodyGetTheSameOperationAgain, TestOfManyRequestsWithOneKeyOneIsAccepted,
		TestABatchIsAcceptedLineByLineAndRepeatedWithoutEffect, TestALineNeedsTheGrantThatItsWriteNeedsAtItsMoment,
		TestASyncRequestIsReplayedWithItsEnd, TestBadInputIsRefusedAndStoresNothing,
		TestADatabaseIsSealedFromTheSettingOnAndReadableWhicheverWayItIsSet, TestCommandsWorkBesideAServiceThatSealsAtRest,
		TestTheAuditLogTellsWhoChangedWhat, TestALogThatWasCutShortOrMadeAnewIsTold,
		TestTheOperatorsKeyIsReplacedBeneathARunningServiceAndAllIsSealedAnew,
		TestSigningKeysAreRotatedBehindTheOperatorsKeyBeneathARunningService, TestAKeyOfADatabaseWithoutSecretsCannotBeRotated,
		TestASecondStartOfTheDemoDeliversToItsNewReceiverAlone, TestAWriteIsSeenFromItsRequestToItsWebhook,
	} {
		name := runtime.FuncForPC(reflect.ValueOf(test).Pointer()).Name()
		t.Run(strings.TrimPrefix(name[strings.LastIndexByte(name, '.')+1:], "Test"), test)
	}
}
