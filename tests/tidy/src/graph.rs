//! Which file of a crate uses which.

use std::collections::{BTreeMap, BTreeSet};

use crate::crate_tree::{CrateTree, Place};

/// Each file with the files whose items it uses, and one path by which it names each.
pub type Graph = BTreeMap<String, BTreeMap<String, String>>;

impl CrateTree {
    /// The files of the crate and their uses of each other. A re-export is followed to the file that defines the item.
    pub fn graph(&self) -> Graph {
        let mut graph = Graph::new();
        for (index, module) in self.modules.iter().enumerate() {
            let uses = graph.entry(module.file.clone()).or_default();
            for path in &module.mentions {
                if let Some(Place::Item { module: target }) = self.resolve(index, path)
                    && self.modules[target].file != module.file
                {
                    uses.entry(self.modules[target].file.clone()).or_insert_with(|| path.join("::"));
                }
            }
        }
        graph
    }
}

impl CrateTree {
    /// Each file with the libraries that its paths lead to, and names of the prelude.
    pub fn libraries(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut libraries = BTreeMap::<String, BTreeSet<String>>::new();
        for (index, module) in self.modules.iter().enumerate() {
            let outside = module.mentions.iter().filter(|path| self.resolve(index, &path[..1]).is_none());
            let names = outside.filter_map(|path| path.iter().find(|segment| !segment.is_empty()).cloned());
            libraries.entry(module.file.clone()).or_default().extend(names);
        }
        libraries
    }
}

/// Groups of files that use each other, each with its uses within the group.
pub fn cycles(graph: &Graph) -> Vec<Vec<String>> {
    let reachable: BTreeMap<_, _> = graph.keys().map(|file| (file, reach(graph, file))).collect();
    let mut groups = BTreeSet::new();
    for (file, targets) in reachable.iter().filter(|(file, targets)| targets.contains(**file)) {
        let is_mutual = |other: &&String| reachable.get(*other).is_some_and(|back| back.contains(*file));
        groups.insert(targets.iter().filter(is_mutual).cloned().collect::<BTreeSet<_>>());
    }
    groups.into_iter().map(|group| describe(graph, &group)).collect()
}

fn reach(graph: &Graph, file: &str) -> BTreeSet<String> {
    let (mut found, mut next) = (BTreeSet::new(), vec![file.to_owned()]);
    while let Some(file) = next.pop() {
        let uses = graph.get(&file).into_iter().flat_map(BTreeMap::keys);
        next.extend(uses.filter(|target| found.insert((*target).clone())).cloned().collect::<Vec<_>>());
    }
    found
}

fn describe(graph: &Graph, group: &BTreeSet<String>) -> Vec<String> {
    let uses = |file: &String| {
        let inside = graph[file].iter().filter(|(target, _)| group.contains(*target));
        inside.map(|(target, path)| format!("{file} uses {target} ({path})")).collect::<Vec<_>>()
    };
    group.iter().flat_map(uses).collect()
}
