"""The sentences of the narrative, English and French. Figures are put in with their n already beside them."""

from __future__ import annotations

from typing import Final

from parcours.settings import Language

TEXTS: Final[dict[str, dict[Language, str]]] = {
    "who": {"en": "Who it is about", "fr": "De qui il s’agit"},
    "simulated": {"en": "All data are simulated.", "fr": "Toutes les données sont simulées."},
    "scenario": {"en": "{scenario}", "fr": "{scenario}"},
    "persona": {"en": "The map follows {name}.", "fr": "La carte suit {name}."},
    "persona_role": {"en": "The map follows {name}: {role}.", "fr": "La carte suit {name} : {role}."},
    "persona_size": {
        "en": "{name} stands for {customers} customers, {share} of all.",
        "fr": "{name} représente {customers} clients, soit {share} de tous.",
    },
    "segment": {
        "en": "Only these customers are counted: {segment}.",
        "fr": "Seuls ces clients sont comptés : {segment}.",
    },
    "customer_goal": {"en": "What the customer wants: {goal}.", "fr": "Ce que veut le client : {goal}."},
    "company_goal": {"en": "What we want: {goal}.", "fr": "Ce que nous voulons : {goal}."},
    "expectation": {"en": "What is expected: {text}", "fr": "Ce qui est attendu : {text}"},
    "way": {"en": "How many get through", "fr": "Combien arrivent au bout"},
    "entered": {
        "en": "In the period {span}, {entered} customers set out at “{first}”.",
        "fr": "Sur la période {span}, {entered} clients sont partis de « {first} ».",
    },
    "entered_1": {
        "en": "In the period {span}, one customer set out at “{first}”.",
        "fr": "Sur la période {span}, un seul client est parti de « {first} ».",
    },
    "nobody": {
        "en": "In the period {span}, nobody set out on this journey.",
        "fr": "Sur la période {span}, personne ne s’est engagé dans ce parcours.",
    },
    "not_measured": {
        "en": "No events are bound to its touchpoints yet, so nothing is measured: this is what the team has drawn.",
        "fr": "Aucun événement n’est encore relié à ses points de contact, donc rien n’est mesuré : voici ce que "
        "l’équipe a dessiné.",
    },
    "completed": {
        "en": "{completed} of them reached the end at “{last}”: {rate}.",
        "fr": "{completed} d’entre eux sont allés au bout, à « {last} » : {rate}.",
    },
    "completed_1": {
        "en": "One of them reached the end at “{last}”: {rate}.",
        "fr": "Un d’entre eux est allé au bout, à « {last} » : {rate}.",
    },
    "completed_0": {
        "en": "None of them reached the end at “{last}”: {rate}.",
        "fr": "Aucun n’est allé au bout, à « {last} » : {rate}.",
    },
    "median": {
        "en": "Half of those who did took {days} or less (n = {n}).",
        "fr": "La moitié de ceux-ci ont mis {days} ou moins (n = {n}).",
    },
    "phase": {"en": "{title}", "fr": "{title}"},
    "phase_goal": {"en": "The aim here: {goal}.", "fr": "Le but ici : {goal}."},
    "phase_flow": {
        "en": "{reached} customers came this far, and {rate} of them went on.",
        "fr": "{reached} clients sont arrivés jusqu’ici, et {rate} d’entre eux ont continué.",
    },
    "phase_flow_1": {
        "en": "One customer came this far; {rate} went on.",
        "fr": "Un seul client est arrivé jusqu’ici ; {rate} a continué.",
    },
    "phase_flow_last": {
        "en": "{reached} customers came this far, and {rate} of them reached the end.",
        "fr": "{reached} clients sont arrivés jusqu’ici, et {rate} d’entre eux sont allés au bout.",
    },
    "point_lost": {
        "en": "At “{title}” {dropped} of {reached} were lost: {rate}.",
        "fr": "À « {title} », {dropped} sur {reached} se sont perdus : {rate}.",
    },
    "point_instead": {
        "en": "Next, they were seen at: {list}.",
        "fr": "Ensuite, on les a vus ici : {list}.",
    },
    "instead": {"en": "{name} {rate}", "fr": "{name} {rate}"},
    "nothing": {"en": "nothing more", "fr": "plus rien"},
    "felt": {
        "en": "“{title}” feels {measured} on a scale from −2 to +2, say the answers to “{source}” (n = {n}); "
        "the team had drawn {drawn}.",
        "fr": "« {title} » est ressenti à {measured} sur une échelle de −2 à +2, selon les réponses à « {source} » "
        "(n = {n}) ; l’équipe avait dessiné {drawn}.",
    },
    "felt_only": {
        "en": "“{title}” feels {measured} on a scale from −2 to +2, say the answers to “{source}” (n = {n}).",
        "fr": "« {title} » est ressenti à {measured} sur une échelle de −2 à +2, selon les réponses à « {source} » "
        "(n = {n}).",
    },
    "assumed": {
        "en": "Assumed by the team, and nobody was asked (−2 to +2): {list}.",
        "fr": "Supposé par l’équipe, sans que personne ait été interrogé (de −2 à +2) : {list}.",
    },
    "researched": {
        "en": "According to research (−2 to +2): {list}.",
        "fr": "D’après des études (de −2 à +2) : {list}.",
    },
    "stale_research": {
        "en": "According to research that is more than a year old (−2 to +2): {list}.",
        "fr": "D’après des études de plus d’un an (de −2 à +2) : {list}.",
    },
    "drawn": {"en": "“{title}” {drawn}", "fr": "« {title} » {drawn}"},
    "quote": {"en": "In the customer’s words: {quote}", "fr": "Dans les mots du client : {quote}"},
    "pain": {
        "en": "It hurts here, at level {severity} of 5: {text}",
        "fr": "Ici, ça fait mal, au niveau {severity} sur 5 : {text}",
    },
    "pain_customers": {
        "en": "{customers} customers met it in the period.",
        "fr": "{customers} clients l’ont vécu sur la période.",
    },
    "solution": {
        "en": "What is done about it: {text} ({status}{owner}).",
        "fr": "Ce qui est fait : {text} ({status}{owner}).",
    },
    "solution_effect": {
        "en": "Since {day}, {metric} has changed by {change}; {expected} was expected.",
        "fr": "Depuis le {day}, {metric} a évolué de {change} ; {expected} était attendu.",
    },
    "idea": {"en": "an idea", "fr": "une idée"},
    "planned": {"en": "planned", "fr": "prévu"},
    "running": {"en": "running", "fr": "en cours"},
    "done": {"en": "done", "fr": "fait"},
    "loss": {"en": "What costs most", "fr": "Ce qui coûte le plus"},
    "worst": {
        "en": "Most is lost at “{title}”: {dropped} customers, {rate} of those who came there.",
        "fr": "La plus grosse perte est à « {title} » : {dropped} clients, soit {rate} de ceux qui y sont arrivés.",
    },
    "stake": {
        "en": "If they had been worth as much as those who went on, {mean} each on average (n = {n}), that would be "
        "{amount}.",
        "fr": "S’ils avaient rapporté autant que ceux qui ont continué, {mean} chacun en moyenne (n = {n}), cela "
        "ferait {amount}.",
    },
    "stake_all": {
        "en": "Over the whole journey {amount} is at stake.",
        "fr": "Sur tout le parcours, {amount} sont en jeu.",
    },
    "stake_so_far": {
        "en": "Some of those who went on may still spend, so the true amount is larger.",
        "fr": "Une partie de ceux qui ont continué peut encore acheter : le vrai montant est plus élevé.",
    },
    "stake_bound": {
        "en": "This is an upper bound: who stays is often keener than who leaves.",
        "fr": "C’est un maximum : qui reste est souvent plus motivé que qui part.",
    },
    "targets": {"en": "Against the targets", "fr": "Par rapport aux objectifs"},
    "on_target": {"en": "On target: {list}.", "fr": "Atteints : {list}."},
    "watch": {"en": "To watch: {list}.", "fr": "À surveiller : {list}."},
    "off_target": {"en": "Off target: {list}.", "fr": "Manqués : {list}."},
    "no_target": {"en": "Without a target: {list}.", "fr": "Sans objectif : {list}."},
    "too_few": {"en": "Too few cases to judge: {list}.", "fr": "Trop peu de cas pour juger : {list}."},
    "no_data": {"en": "No data: {list}.", "fr": "Sans données : {list}."},
    "card": {"en": "{title}, {value}", "fr": "{title}, {value}"},
    "card_target": {"en": "{title}, {value}, target {target}", "fr": "{title}, {value}, objectif {target}"},
    "sure": {"en": "How sure this is", "fr": "Ce que vaut cette carte"},
    "score": {
        "en": "The experience score is {score} of 100, from {parts}.",
        "fr": "Le score d’expérience est de {score} sur 100, à partir de : {parts}.",
    },
    "attainment": {"en": "targets {value}", "fr": "objectifs {value}"},
    "emotion_measured": {"en": "measured emotion {value}", "fr": "émotion mesurée {value}"},
    "emotion_drawn": {"en": "drawn emotion {value}", "fr": "émotion dessinée {value}"},
    "friction": {"en": "ease of the way {value}", "fr": "fluidité {value}"},
    "path": {
        "en": "{share} of the customers seen in the period met at least one touchpoint.",
        "fr": "{share} des clients vus sur la période ont rencontré au moins un point de contact.",
    },
    "conform": {
        "en": "Of those who met two or more, {rate} met them in the order that is drawn.",
        "fr": "Parmi ceux qui en ont rencontré deux ou plus, {rate} l’ont fait dans l’ordre dessiné.",
    },
    "deviation": {
        "en": "The most frequent other way: {path}, {customers} customers.",
        "fr": "L’autre chemin le plus fréquent : {path}, {customers} clients.",
    },
    "unclaimed": {
        "en": "{rate} of the events belong to no touchpoint of this map.",
        "fr": "{rate} des événements n’appartiennent à aucun point de contact de cette carte.",
    },
    "without": {
        "en": "Nothing was seen at: {list}.",
        "fr": "Rien n’a été vu à : {list}.",
    },
    "unbound": {
        "en": "Not bound to events, so only drawn: {list}.",
        "fr": "Sans lien avec des événements, donc seulement dessinés : {list}.",
    },
    "missing": {
        "en": "Events that the map needs and that the log does not hold: {list}.",
        "fr": "Événements nécessaires à la carte et absents du journal : {list}.",
    },
    "stale": {
        "en": "Events not seen for a month or more: {list}.",
        "fr": "Événements plus vus depuis un mois ou plus : {list}.",
    },
    "until": {"en": "The data end on {day}.", "fr": "Les données s’arrêtent le {day}."},
}
