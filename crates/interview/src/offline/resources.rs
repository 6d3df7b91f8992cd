//! A curated list of learning resources, for when the web cannot be searched.

use super::role::Role;
use crate::Resource;

const MOST: usize = 6;

struct Entry {
    title: &'static str,
    url: &'static str,
    resource_type: &'static str,
    description: &'static str,
}

/// Resources for the weaknesses (names of dimensions, the worst first) and the role: three to six,
/// each URL once. Every `reasoning` names the weakness, or says that none was found.
pub(super) fn for_weaknesses(weaknesses: &[&str], role: Role) -> Vec<Resource> {
    let mut chosen: Vec<Resource> = Vec::new();
    let mut add = |entry: &Entry, reasoning: String| {
        if chosen.len() < MOST && chosen.iter().all(|one| one.url != entry.url) {
            chosen.push(Resource {
                title: entry.title.into(),
                url: entry.url.into(),
                resource_type: entry.resource_type.into(),
                reasoning,
                description: entry.description.into(),
            });
        }
    };
    for weakness in weaknesses.iter().take(3) {
        // One each before the second of any: the worst does not fill the list alone.
        if let Some(entry) = by_dimension(weakness).first() {
            add(entry, reason(weakness));
        }
    }
    let worst = weaknesses.first().copied();
    for entry in by_role(role) {
        add(
            entry,
            match worst {
                Some(weakness) => format!(
                    "Gives you matter for {} answers, where {weakness} was your weakest dimension.",
                    role.label()
                ),
                None => format!(
                    "No weakness could be established; this prepares you for {} interviews in general.",
                    role.label()
                ),
            },
        );
    }
    for weakness in weaknesses {
        for entry in by_dimension(weakness).iter().skip(1).take(1) {
            add(entry, reason(weakness));
        }
    }
    if weaknesses.is_empty() {
        for dimension in ["structure", "communication"] {
            for entry in by_dimension(dimension).iter().take(1) {
                add(
                    entry,
                    format!(
                        "No weakness could be established; {dimension} is worth practising for every interview."
                    ),
                );
            }
        }
    }
    chosen
}

fn reason(weakness: &str) -> String {
    let why = match weakness {
        "structure" => "it trains telling a story in a recognisable order",
        "specificity" => "it shows how concrete facts replace general claims",
        "relevance" => "it helps to find out what a question is after",
        "depth" => "it trains explaining reasons and drawing lessons",
        _ => "it trains saying things briefly and clearly",
    };
    format!("Addresses your weakness in {weakness}: {why}.")
}

fn by_dimension(dimension: &str) -> &'static [Entry] {
    match dimension {
        "structure" => &[
            Entry {
                title: "Situation, task, action, result",
                url: "https://en.wikipedia.org/wiki/Situation,_task,_action,_result",
                resource_type: "article",
                description: "The STAR method: its four parts and why interviewers ask for them.",
            },
            Entry {
                title: "STAR method (The Muse)",
                url: "https://www.themuse.com/advice/star-interview-method",
                resource_type: "article",
                description: "How to build an answer from situation, task, action and result, with examples.",
            },
        ],
        "specificity" => &[
            Entry {
                title: "Made to Stick",
                url: "https://heathbrothers.com/books/made-to-stick/",
                resource_type: "book",
                description: "Chip and Dan Heath on why concrete, credible stories are remembered.",
            },
            Entry {
                title: "Writing for GOV.UK",
                url: "https://www.gov.uk/guidance/content-design/writing-for-gov-uk",
                resource_type: "documentation",
                description: "How to replace general words with plain, concrete ones.",
            },
        ],
        "relevance" => &[
            Entry {
                title: "How Google hires",
                url: "https://www.google.com/about/careers/applications/how-we-hire/",
                resource_type: "article",
                description: "What interviewers look for and how to prepare for it.",
            },
            Entry {
                title: "CareerOneStop",
                url: "https://www.careeronestop.org/",
                resource_type: "article",
                description: "How to read an advertisement and match your examples to it.",
            },
        ],
        "depth" => &[
            Entry {
                title: "Five whys",
                url: "https://en.wikipedia.org/wiki/Five_whys",
                resource_type: "article",
                description: "A simple technique for getting from what happened to its reason.",
            },
            Entry {
                title: "Thinking, Fast and Slow",
                url: "https://en.wikipedia.org/wiki/Thinking,_Fast_and_Slow",
                resource_type: "book",
                description: "What Daniel Kahneman's book says on how decisions are made and how to examine them.",
            },
        ],
        _ => &[
            Entry {
                title: "Toastmasters International",
                url: "https://www.toastmasters.org/",
                resource_type: "practice",
                description: "Clubs in which people practise speaking in front of others.",
            },
            Entry {
                title: "Technical Writing Courses",
                url: "https://developers.google.com/tech-writing",
                resource_type: "course",
                description: "Free courses on short sentences, active voice and clear order.",
            },
        ],
    }
}

fn by_role(role: Role) -> &'static [Entry] {
    match role {
        Role::Engineering => &[
            Entry {
                title: "Tech Interview Handbook",
                url: "https://www.techinterviewhandbook.org/",
                resource_type: "practice",
                description: "Coding, system design and behavioural preparation in one place.",
            },
            Entry {
                title: "The System Design Primer",
                url: "https://github.com/donnemartin/system-design-primer",
                resource_type: "article",
                description: "How large systems are designed, with exercises.",
            },
            Entry {
                title: "Site Reliability Engineering",
                url: "https://sre.google/books/",
                resource_type: "book",
                description: "Google's books on running services, free to read.",
            },
        ],
        Role::Data => &[
            Entry {
                title: "Introduction to Machine Learning Interviews",
                url: "https://huyenchip.com/ml-interviews-book/",
                resource_type: "book",
                description: "Chip Huyen's free book on machine learning interviews.",
            },
            Entry {
                title: "Kaggle Learn",
                url: "https://www.kaggle.com/learn",
                resource_type: "course",
                description: "Short practical courses on data and models.",
            },
            Entry {
                title: "scikit-learn user guide",
                url: "https://scikit-learn.org/stable/user_guide.html",
                resource_type: "documentation",
                description: "Models, evaluation and their pitfalls, explained.",
            },
        ],
        Role::Product => &[
            Entry {
                title: "Silicon Valley Product Group: articles",
                url: "https://www.svpg.com/articles/",
                resource_type: "article",
                description: "Marty Cagan and others on product work.",
            },
            Entry {
                title: "The GOV.UK Service Manual",
                url: "https://www.gov.uk/service-manual",
                resource_type: "documentation",
                description: "How services are planned, researched and measured.",
            },
        ],
        Role::Design => &[
            Entry {
                title: "Nielsen Norman Group: articles",
                url: "https://www.nngroup.com/articles/",
                resource_type: "article",
                description: "Research on usability and design methods.",
            },
            Entry {
                title: "Introduction to Web Accessibility",
                url: "https://www.w3.org/WAI/fundamentals/accessibility-intro/",
                resource_type: "article",
                description: "The basics of accessible design, from the W3C.",
            },
        ],
        Role::Sales => &[
            Entry {
                title: "HubSpot Academy",
                url: "https://academy.hubspot.com/",
                resource_type: "course",
                description: "Free courses on marketing and sales.",
            },
            Entry {
                title: "Google Skillshop",
                url: "https://skillshop.withgoogle.com/",
                resource_type: "course",
                description: "Courses on advertising and measuring it.",
            },
        ],
        Role::Support => &[
            Entry {
                title: "Zendesk blog",
                url: "https://www.zendesk.com/blog/",
                resource_type: "article",
                description: "Articles on service, its figures and its conversations.",
            },
            Entry {
                title: "HubSpot Academy",
                url: "https://academy.hubspot.com/",
                resource_type: "course",
                description: "Free courses, customer service among them.",
            },
        ],
        Role::Operations => &[
            Entry {
                title: "Project Management Institute",
                url: "https://www.pmi.org/learning",
                resource_type: "course",
                description: "Standards, articles and courses on project management.",
            },
            Entry {
                title: "The Scrum Guide",
                url: "https://scrumguides.org/",
                resource_type: "documentation",
                description: "The definition of Scrum, in a few pages.",
            },
        ],
        Role::Finance => &[
            Entry {
                title: "Investopedia",
                url: "https://www.investopedia.com/",
                resource_type: "article",
                description: "Terms and methods of finance, with examples.",
            },
            Entry {
                title: "Damodaran Online",
                url: "https://pages.stern.nyu.edu/~adamodar/",
                resource_type: "course",
                description: "Aswath Damodaran's lectures and data on valuation and corporate finance.",
            },
        ],
        Role::Leadership => &[
            Entry {
                title: "re:Work",
                url: "https://rework.withgoogle.com/",
                resource_type: "article",
                description: "Google's guides to hiring, managing and teams.",
            },
            Entry {
                title: "Harvard Business Review",
                url: "https://hbr.org/",
                resource_type: "article",
                description: "Articles on leadership and decisions.",
            },
        ],
        Role::General => &[
            Entry {
                title: "Mindtools",
                url: "https://www.mindtools.com/",
                resource_type: "article",
                description: "Methods for working, deciding and communicating.",
            },
            Entry {
                title: "National Careers Service: interview advice",
                url: "https://nationalcareers.service.gov.uk/careers-advice/interview-advice",
                resource_type: "article",
                description: "Public advice on preparing for interviews.",
            },
        ],
    }
}
