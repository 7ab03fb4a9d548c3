import { githubHookId, githubSays, type Said } from "./github-says.ts";
import { gitlabSays } from "./gitlab-says.ts";
import { createHistory, type Happening, type History } from "./history.ts";
import type { OutgoingDelivery } from "./outgoing-delivery.ts";
import { circleciWorkflowPayload } from "./payloads/circleci.ts";
import { genericCiPayload } from "./payloads/generic-ci.ts";
import { starPayload } from "./payloads/github-repository.ts";
import { before } from "./scenario.ts";
import type { Act, Mishap, Step } from "./step.ts";
import { type Login, madeUpGuid, people } from "./world.ts";

/** A delivery, and what an honest receiver answers: the status, and the word in the body (`status`, or an error's code). */
export type Told = { delivery: OutgoingDelivery; isForged: boolean; expects: { status: number; word: string } };

/** What forges and CI systems send of one step. */
export type TellStep = (step: Step, at: Date) => { told: Told[]; happening: Happening | null };

/** The organisation's hook of GitHub hears what every repository's hook hears, under the same delivery id. */
const organisationHookId = "470000001";

/** Plays GitHub, GitLab, CircleCI and Jenkins: steps in, in the order of the story, deliveries out. */
export function createMadeUpForges(startedAt: Date): { tell: TellStep; history: History } {
  const history = createHistory(startedAt, before);
  const sent = new Map<string, OutgoingDelivery>();
  let serial = 0;

  return {
    history,
    tell(step, at) {
      const { act } = step;
      if (act.kind === "mishap") return { told: [tellMishap(act.what, at)], happening: null };
      // CircleCI goes on using the name under which it was set up.
      const slugBefore = act.kind === "ci-run" && act.by === "circleci" ? `acme/${act.on.split("#", 1)[0]}` : "";
      const happening = history.apply(act, at);
      const deliveries = deliveriesOf(act, happening, slugBefore);
      const first = deliveries[0];
      if (step.name !== undefined && first !== undefined) sent.set(step.name, first);
      return {
        told: deliveries.map((delivery) => ({
          delivery,
          isForged: false,
          expects: delivery.event === "ping" ? { status: 200, word: "pong" } : accepted,
        })),
        happening,
      };
    },
  };

  function deliveriesOf(
    act: Exclude<Act, { kind: "mishap" }>,
    happening: Happening,
    circleciSlug: string,
  ): OutgoingDelivery[] {
    if (act.kind === "ci-run" && happening.run !== undefined) {
      if (act.by === "circleci") {
        const deliveryId = nextGuid();
        return [
          {
            sender: "circleci",
            event: "workflow-completed",
            deliveryId,
            hookId: "",
            body: JSON.stringify(circleciWorkflowPayload(deliveryId, circleciSlug, happening.run)),
          },
        ];
      }
      if (act.by === "jenkins")
        return [
          {
            sender: "generic-ci",
            event: "",
            deliveryId: nextGuid(),
            hookId: "",
            body: JSON.stringify(genericCiPayload("jenkins", happening.run)),
          },
        ];
    }
    const says = happening.repository.forge === "github" ? githubSays : gitlabSays;
    return says(act, happening).map((said) => fromForge(said, happening.repository.forge, happening.repository.id));
  }

  function fromForge({ event, payload }: Said, forge: "github" | "gitlab", repositoryId: number): OutgoingDelivery {
    const hookId = forge === "github" ? String(githubHookId(repositoryId)) : madeUpGuid("gitlab", "hook", repositoryId);
    return { sender: forge, event, deliveryId: nextGuid(), hookId, body: JSON.stringify(payload) };
  }

  function tellMishap(mishap: Mishap, at: Date): Told {
    switch (mishap.kind) {
      case "repeated": {
        const delivery = deliverySentAt(mishap.step);
        return mishap.by === "same-hook"
          ? { delivery, isForged: false, expects: { status: 200, word: "duplicate" } }
          : { delivery: { ...delivery, hookId: organisationHookId }, isForged: false, expects: accepted };
      }
      case "same-id-other-body": {
        const delivery = deliverySentAt(mishap.step);
        return {
          delivery: { ...delivery, body: JSON.stringify(JSON.parse(delivery.body), null, 1) },
          isForged: false,
          expects: { status: 409, word: "DELIVERY_ID_CONFLICT" },
        };
      }
      case "forged": {
        const { repository, number } = history.pullRequest(mishap.claims);
        const payload = {
          action: "closed",
          number,
          pull_request: { number, state: "closed", merged: true },
          repository: { full_name: repository.slug },
        };
        return {
          delivery: fromForge({ event: "pull_request", payload }, "github", repository.id),
          isForged: true,
          expects: { status: 403, word: "INVALID_SIGNATURE" },
        };
      }
      case "broken-body": {
        const delivery = fromForge({ event: "push", payload: {} }, "github", history.repository(mishap.repository).id);
        return {
          delivery: { ...delivery, body: '{"ref":"refs/heads/main","commits":[{"id":}' },
          isForged: false,
          expects: accepted,
        };
      }
      case "unknown-event": {
        const repository = history.repository(mishap.repository);
        const payload = starPayload(repository, people[mishap.by satisfies Login], at);
        return {
          delivery: fromForge({ event: "star", payload }, "github", repository.id),
          isForged: false,
          expects: { status: 202, word: "ignored" },
        };
      }
    }
  }

  function deliverySentAt(name: string): OutgoingDelivery {
    const delivery = sent.get(name);
    if (delivery === undefined) throw new Error(`The story repeats ${name} before it was told`);
    return delivery;
  }

  function nextGuid(): string {
    serial += 1;
    return madeUpGuid("delivery", serial);
  }
}

const accepted = { status: 202, word: "accepted" };
